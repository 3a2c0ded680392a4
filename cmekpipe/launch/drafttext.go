package launch

import (
	"cmp"
	"fmt"
	"strings"
	"text/tabwriter"
	"unicode"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
)

// String returns the draft for people: the job, what is staged, what is written where under which key, and the findings.
// The same draft always gives the same text.
func (d *Draft) String() string {
	if d == nil || d.Runner == "" {
		return "no draft: launch.Plan makes one\n"
	}
	var b strings.Builder
	b.WriteString("job\n")
	table(&b, d.jobRows())
	if len(d.Staged) > 0 {
		b.WriteString("staged under the job's key\n")
		var rows [][]string
		for _, f := range d.Staged {
			rows = append(rows, []string{fmt.Sprintf("%d bytes", f.Size), "sha256 " + f.SHA256[:min(12, len(f.SHA256))], f.URL})
		}
		table(&b, rows)
	}
	for i, f := range d.Awaited {
		if i == 0 {
			b.WriteString("staged under the job's key with the model, under names that are known only when launched\n")
		}
		table(&b, f.rows())
	}
	if d.Template != "" {
		b.WriteString("written under the job's key, in place of submitting a job\n")
		table(&b, [][]string{{"template", d.Template}})
	}
	for i, o := range d.Destinations {
		if i == 0 {
			b.WriteString("destinations\n")
		}
		table(&b, o.rows())
	}
	if len(d.Findings) > 0 {
		b.WriteString("findings\n")
		_ = rule.WriteText(&b, d.Findings) // a Builder takes everything
	}
	return b.String()
}

func (d *Draft) jobRows() [][]string {
	name := cmp.Or(d.JobName, madeUp)
	if d.JobID != "" {
		name += " (" + d.JobID + ")"
	}
	return [][]string{
		{"name", name}, {"runner", d.Runner}, {"project", d.Project}, {"region", d.Region}, {"key", d.Key.String()},
	}
}

func (f AwaitedFiles) rows() [][]string {
	rows := [][]string{{"files of " + f.Environment + " from expansion service " + f.Service}}
	for _, name := range f.Names {
		rows = append(rows, []string{"  " + name})
	}
	return rows
}

func (o Destination) rows() [][]string {
	name := o.Name
	switch o.Extent {
	case "shards":
		name += "-…-of-…"
	case "passing":
		name += " (passing)"
	}
	rows := [][]string{{name}, {"  under " + o.Key.String()}}
	for _, key := range o.FurtherKeys {
		rows = append(rows, []string{"  or " + key.String()})
	}
	for _, path := range o.Transforms {
		rows = append(rows, []string{"  by " + path})
	}
	return rows
}

// table writes rows whose cells stand below each other.
func table(b *strings.Builder, rows [][]string) {
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		for i, cell := range row {
			row[i] = onOneLine(cell)
		}
		fmt.Fprintln(t, "  "+strings.Join(row, "\t"))
	}
	_ = t.Flush() // a Builder takes everything
}

// onOneLine keeps names that came from outside in their cells.
func onOneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
}
