package healthcare

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// importResources loads the resources of objects in Cloud Storage into a store.
func (s *Server) importResources(c *call) (*answer, error) {
	var request struct {
		ContentStructure string
		GcsSource        struct{ URI string }
	}
	if err := json.Unmarshal(c.body, &request); err != nil {
		return nil, core.BadRequest("got a body that is no request to import")
	}
	source, err := parseSource(request.GcsSource.URI)
	if err != nil {
		return nil, err
	}
	split, err := splitter(request.ContentStructure)
	if err != nil {
		return nil, err
	}
	w, err := s.openStore(c)
	if err != nil {
		return nil, err
	}
	if err := s.checkConflict(c); err != nil {
		return nil, err
	}
	return s.begin(c, s.load(w, source, split)), nil
}

// source is a URI that may have wildcards.
type source struct {
	uri, bucket, prefix string
	name                *regexp.Regexp
}

// parseSource parses a URI as field GcsSource.uri of the API defines it: "*" and "?" stop at slashes, "**" does not.
func parseSource(uri string) (source, error) {
	rest, ok := strings.CutPrefix(uri, "gs://")
	bucket, name, slash := strings.Cut(rest, "/")
	if !ok || !slash || bucket == "" || name == "" {
		return source{}, core.BadRequest("got gcsSource.uri " + uri + ", want gs://BUCKET/OBJECT")
	}
	prefix := name
	if i := strings.IndexAny(name, "*?"); i >= 0 {
		prefix = name[:i]
	}
	expr := strings.NewReplacer(`\*\*`, `.*`, `\*`, `[^/]*`, `\?`, `[^/]`).Replace(regexp.QuoteMeta(name))
	return source{uri, bucket, prefix, regexp.MustCompile(`(?s)^` + expr + `$`)}, nil
}

// splitter returns a function that splits a file into resources, and a bundle into its entries' resources.
func splitter(structure string) (func(r io.Reader, visit func([]byte)) error, error) {
	switch structure {
	case "", "CONTENT_STRUCTURE_UNSPECIFIED", "BUNDLE":
		return func(r io.Reader, visit func([]byte)) error { return lines(r, entriesTo(visit)) }, nil
	case "RESOURCE":
		return lines, nil
	case "BUNDLE_PRETTY":
		return func(r io.Reader, visit func([]byte)) error { return whole(r, entriesTo(visit)) }, nil
	case "RESOURCE_PRETTY":
		return whole, nil
	}
	return nil, core.BadRequest("got contentStructure " + structure + ", want BUNDLE, RESOURCE or one of them PRETTY")
}

func lines(r io.Reader, visit func([]byte)) error {
	for in := bufio.NewReader(r); ; {
		line, err := in.ReadBytes('\n')
		if len(strings.TrimSpace(string(line))) > 0 {
			visit(line)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func whole(r io.Reader, visit func([]byte)) error {
	data, err := io.ReadAll(r)
	if err == nil {
		visit(data)
	}
	return err
}

// entriesTo calls visit for each resource of a bundle. It passes nil, which every store refuses, if the text is no
// bundle or a bundle of type history.
func entriesTo(visit func([]byte)) func([]byte) {
	return func(text []byte) {
		var b bundle
		if err := json.Unmarshal(text, &b); err != nil || b.ResourceType != "Bundle" || b.Type == "history" {
			visit(nil)
			return
		}
		for _, e := range b.Entry {
			visit(e.Resource)
		}
	}
}

// load stores every acceptable resource, and counts the others.
func (s *Server) load(w *writing, from source, split func(io.Reader, func([]byte)) error) (out result) {
	files, err := s.objects(w.ctx, from.bucket, from.prefix, from.name.MatchString)
	if err == nil && len(files) == 0 {
		err = core.NotFound("no object matches " + from.uri)
	}
	if err != nil {
		return result{err: sourceRefusal(err)}
	}
	for _, file := range files {
		err := split(file, func(text []byte) {
			if s.take(w, text) != nil {
				out.failure++
			} else {
				out.success++
			}
		})
		if err != nil {
			return result{success: out.success, failure: out.failure, err: err}
		}
	}
	return out
}

// sourceRefusal converts an error of Cloud Storage to an error of this API.
func sourceRefusal(err error) error {
	if _, ok := errors.AsType[*core.APIError](err); ok {
		return err
	}
	return core.FailedPrecondition("Cloud Storage: " + err.Error())
}

// take stores one resource with its own id, whatever the store's settings.
func (s *Server) take(w *writing, text []byte) error {
	doc, got, err := parseResource(text)
	if err != nil {
		return err
	}
	r, err := w.store.next(got.ResourceType, got.ID, doc, w.now)
	if err != nil {
		return err
	}
	s.put(w, r)
	return nil
}
