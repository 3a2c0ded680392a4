package sarif

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
)

// Option changes how findings are written.
type Option func(*settings)

type settings struct{ file, category string }

// WithFile sets the file in which results are located: a path with respect to the root of the repository, such as the program's
// main file.
func WithFile(path string) Option { return func(s *settings) { s.file = path } }

// WithCategory tells this run apart from others of the same commit, such as those of other pipelines. A later run of the same
// category replaces this one.
func WithCategory(name string) Option { return func(s *settings) { s.category = name } }

// The limits of code scanning on GitHub.
const (
	maxResults    = 25_000
	maxCompressed = 10_000_000
)

// Write writes findings as one SARIF log of one run, also if there are none.
func Write(w io.Writer, findings rule.Findings, options ...Option) error {
	s := settings{file: "go.mod"}
	for _, option := range options {
		option(&s)
	}
	if !filepath.IsLocal(s.file) {
		return &cmekpipe.Error{Op: "sarif.Write", Code: cmekpipe.InvalidOptions, Resource: s.file,
			Err:  errors.New("got a file outside the repository, want a path below its root"),
			Hint: "set WithFile to a path such as cmd/nightly/main.go"}
	}
	open := results(findings)
	keep := min(len(open), maxResults)
	for {
		text, err := encode(s, findings.Summary(), open[:keep], len(open)-keep)
		if err != nil {
			return err
		}
		size := compressedSize(text)
		if size <= maxCompressed || keep == 0 {
			_, err := w.Write(text)
			return err
		}
		keep = int(0.95 * float64(keep) * maxCompressed / float64(size)) // a little less than what fits
	}
}

// results returns the findings that are results of the run, the most severe first.
func results(findings rule.Findings) (open rule.Findings) {
	for _, group := range findings.ByRule() {
		if group[0].Severity() != rule.SeverityNone {
			open = append(open, group...)
		}
	}
	return open
}

// encode returns the log of a run that leaves out a number of findings.
func encode(s settings, summary rule.Summary, findings rule.Findings, omitted int) ([]byte, error) {
	r := run{Results: []result{}, Invocations: []invocation{{ExecutionSuccessful: true}}, Properties: map[string]any{"summary": summary}}
	r.Tool.Driver = driver{Name: "cmekpipe", InformationURI: "https://github.com/cmekpipe/cmekpipe-go", Rules: []descriptor{}}
	if s.category != "" {
		r.AutomationDetails = &automation{strings.TrimSuffix(plain(s.category), "/") + "/"} // the part before the last slash is the category
	}
	if omitted > 0 {
		text := fmt.Sprintf("%d findings are not in this file, because code scanning refuses larger ones. Write all of them as JSON.", omitted)
		r.Invocations[0].Notifications = []notification{{Level: "warning", Message: message{text}}}
	}
	r.addResults(s.file, findings)
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	err := enc.Encode(document{Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", Runs: []run{r}})
	return out.Bytes(), err
}

// compressedSize returns the size of a text as GitHub's action uploads it.
func compressedSize(text []byte) int {
	var size counter
	z := gzip.NewWriter(&size)
	_, _ = z.Write(text) // a counter never fails
	_ = z.Close()
	return int(size)
}

// counter counts the bytes that are written to it.
type counter int

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
