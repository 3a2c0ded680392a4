package gcs

import (
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/gcs/store"
)

// getObject answers with an object's resource or, for alt=media, its data.
func (s *Server) getObject(c *call) error {
	if c.query.Get("alt") == "media" {
		return s.read(c)
	}
	o, err := s.find(c)
	if err != nil {
		return err
	}
	return c.json(c.resource(o))
}

// find returns the object of a read if the preconditions hold.
func (s *Server) find(c *call) (*store.Object, error) {
	generation, err := c.generation("generation")
	if err != nil {
		return nil, err
	}
	conditions, err := c.readConditions()
	if err != nil {
		return nil, err
	}
	var o *store.Object
	if c.flag("softDeleted") {
		if generation == 0 {
			return nil, required("generation")
		}
		o, err = s.store.SoftDeleted(c.bucket, c.object, generation)
	} else {
		o, err = s.store.Object(c.bucket, c.object, generation)
	}
	if err != nil {
		return nil, err
	}
	if conditions.Differs(o) {
		return nil, notModified()
	}
	return o, conditions.Check(o)
}

// readConditions returns the preconditions of a read, which are headers in the XML API.
func (c *call) readConditions() (store.Conditions, error) {
	if c.xml() {
		for parameter, header := range map[string]string{
			"ifGenerationMatch": "X-Goog-If-Generation-Match", "ifMetagenerationMatch": "X-Goog-If-Metageneration-Match",
		} {
			if value := c.r.Header.Get(header); value != "" {
				c.query.Set(parameter, value)
			}
		}
	}
	return c.conditions("if")
}

// read answers with an object's data, which needs the key.
func (s *Server) read(c *call) error {
	if c.flag("softDeleted") {
		return invalid("The data of a soft-deleted object can't be read before it is restored.")
	}
	o, err := s.find(c)
	if err != nil {
		return err
	}
	if err := s.unwrap(c.ctx(), o); err != nil {
		return err
	}
	describe(c.w.Header(), o)
	if unzipped := c.unzip(o); unzipped != nil {
		return c.sendUnzipped(unzipped)
	}
	return c.send(o)
}

// describe sets the headers about an object.
func describe(h http.Header, o *store.Object) {
	set := func(name, value string) {
		if value != "" {
			h.Set(name, value)
		}
	}
	set("Content-Type", o.Settings.ContentType)
	if o.Settings.ContentType == "" {
		set("Content-Type", defaultContentType)
	}
	set("Cache-Control", o.Settings.CacheControl)
	set("Content-Disposition", o.Settings.ContentDisposition)
	set("Content-Encoding", o.Settings.ContentEncoding)
	set("Content-Language", o.Settings.ContentLanguage)
	set("ETag", strconv.Quote(etag(o)))
	set("Last-Modified", o.Updated.UTC().Format(http.TimeFormat))
	set("X-Goog-Generation", strconv.FormatInt(o.Generation, 10))
	set("X-Goog-Metageneration", strconv.FormatInt(o.Metageneration, 10))
	set("X-Goog-Storage-Class", o.Settings.StorageClass)
	set("X-Goog-Encryption-Kms-Key-Name", o.Key.String())
	set("X-Goog-Stored-Content-Length", strconv.FormatInt(o.Data.Size(), 10))
	set("X-Goog-Stored-Content-Encoding", "identity")
	set("X-Goog-Stored-Content-Encoding", o.Settings.ContentEncoding)
	for name, value := range o.Settings.Metadata {
		set("X-Goog-Meta-"+name, value)
	}
	h.Add("X-Goog-Hash", "crc32c="+encodeCRC(o.CRC32C))
	if o.MD5 != nil {
		h.Add("X-Goog-Hash", "md5="+base64.StdEncoding.EncodeToString(o.MD5))
	}
}

// send answers with the stored bytes or a range of them.
func (c *call) send(o *store.Object) error {
	size, h := o.Data.Size(), c.w.Header()
	r, partial, satisfiable := parseRange(c.r.Header.Get("Range"), size)
	if !satisfiable {
		h.Set("Content-Range", fmt.Sprintf("bytes */%d", size))
		return core.Refusal(http.StatusRequestedRangeNotSatisfiable, "requestedRangeNotSatisfiable",
			"The requested range cannot be satisfied.")
	}
	status := http.StatusOK
	if partial {
		status = http.StatusPartialContent
		h.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", r.from, r.to-1, size))
	}
	h.Set("Accept-Ranges", "bytes")
	h.Set("Content-Length", strconv.FormatInt(r.to-r.from, 10))
	c.w.WriteHeader(status)
	_ = o.Data.WriteRange(c.w, r.from, r.to) // fails for HEAD and if the client disconnected
	return nil
}

// unzip returns the decompressed data of an object stored in gzip if the client doesn't accept gzip, nil otherwise.
// Source: https://docs.cloud.google.com/storage/docs/transcoding.
func (c *call) unzip(o *store.Object) io.Reader {
	if o.Settings.ContentEncoding != "gzip" || strings.Contains(o.Settings.CacheControl, "no-transform") ||
		strings.Contains(c.r.Header.Get("Accept-Encoding"), "gzip") {
		return nil
	}
	unzipped, err := gzip.NewReader(o.Data.Reader())
	if err != nil {
		return nil // not gzip in spite of its metadata
	}
	return unzipped
}

// sendUnzipped answers with all the data, even if the request has a range.
func (c *call) sendUnzipped(data io.Reader) error {
	h := c.w.Header()
	h.Del("Content-Encoding")
	h.Set("Warning", `214 UploadServer gunzipped`)
	c.w.WriteHeader(http.StatusOK)
	if c.r.Method == http.MethodHead {
		return nil
	}
	if _, err := io.Copy(c.w, data); err != nil {
		panic(http.ErrAbortHandler) // the status is sent: only a broken connection shows that data are missing
	}
	return nil
}
