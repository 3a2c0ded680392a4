package htmlreport

import (
	"bytes"
	_ "embed" // for the page
	"html/template"
	"io"
	"strings"
	"time"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
)

//go:embed page.html.tmpl
var source string

// Option changes how findings are written.
type Option func(*page)

// WithTitle sets the title of the page: what was checked, such as a pipeline and its project.
func WithTitle(title string) Option { return func(p *page) { p.Title = title } }

// WithTime says on the page when the findings were made.
func WithTime(t time.Time) Option { return func(p *page) { p.Time = t.UTC() } }

// Write writes findings as one page of HTML, also if there are none.
func Write(w io.Writer, findings rule.Findings, options ...Option) error {
	p := page{Title: "Findings", Summary: findings.Summary()}
	for _, option := range options {
		option(&p)
	}
	p.add(findings)
	parsed, err := template.New("page").Funcs(template.FuncMap{"plain": plain, "isCommand": isCommand}).Parse(source)
	if err != nil {
		return err
	}
	var out bytes.Buffer // so that an error leaves no half of a page
	if err := parsed.Execute(&out, p); err != nil {
		return err
	}
	_, err = w.Write(out.Bytes())
	return err
}

// isCommand reports whether what to do is a command, and not a sentence.
func isCommand(s string) bool {
	for _, prefix := range []string{"gcloud ", "bq ", "go get ", "echo "} {
		if strings.HasPrefix(s, prefix) {
			return true
		}
	}
	return false
}
