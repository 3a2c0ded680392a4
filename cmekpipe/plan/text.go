package plan

import (
	"cmp"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
)

// String returns the plan for people: the job, the staged files, the destinations with their keys, and the findings. The
// same plan always gives the same text.
func (p *Plan) String() string {
	if p == nil || p.Runner == "" {
		return "no plan: create one with launch.Plan\n"
	}
	var b strings.Builder
	b.WriteString("job\n")
	table(&b, p.jobRows())
	if len(p.Staged) > 0 {
		b.WriteString("staged, encrypted with the job's key\n")
		var rows [][]string
		for _, f := range p.Staged {
			rows = append(rows, []string{fmt.Sprintf("%d bytes", f.Size), "sha256 " + f.SHA256[:min(12, len(f.SHA256))], f.URL})
		}
		table(&b, rows)
	}
	for i, f := range p.Unresolved {
		if i == 0 {
			b.WriteString("staged with the model, encrypted with the job's key, with names that are known only when launched\n")
		}
		table(&b, f.rows())
	}
	if p.Template != "" {
		b.WriteString("written instead of submitting a job, encrypted with the job's key\n")
		table(&b, [][]string{{"template", p.Template}})
	}
	for i, o := range p.Destinations {
		if i == 0 {
			b.WriteString("destinations\n")
		}
		table(&b, o.rows())
	}
	if len(p.Findings) > 0 {
		b.WriteString("findings\n")
		_ = rule.WriteText(&b, p.Findings) // a Builder never fails
	}
	return b.String()
}

func (p *Plan) jobRows() [][]string {
	name := cmp.Or(p.JobName, generated)
	if p.JobID != "" {
		name += " (" + p.JobID + ")"
	}
	rows := [][]string{
		{"name", name}, {"runner", string(p.Runner)}, {"project", p.Project}, {"region", p.Region}, {"key", p.Key.String()},
	}
	if p.TempLocation != "" {
		rows = append(rows, []string{"temp", p.TempLocation}, []string{"staging", p.StagingLocation})
	}
	return rows
}

func (f UnresolvedFiles) rows() [][]string {
	rows := [][]string{{"files of " + f.Environment + " from expansion service " + f.Service}}
	for _, name := range f.Names {
		rows = append(rows, []string{"  " + name})
	}
	return rows
}

func (d Destination) rows() [][]string {
	name := d.Name
	switch d.Kind {
	case cmekpipe.KindShardedObjects:
		name += "-…-of-…"
	case cmekpipe.KindTemporaryFolder:
		name += " (temporary)"
	case cmekpipe.KindBigQueryTemporaryDataset:
		name = "temporary datasets in project " + name
	}
	rows := [][]string{{name}, {"  encrypted with " + d.Key.String()}}
	for _, key := range d.AdditionalKeys {
		rows = append(rows, []string{"  or " + key.String()})
	}
	for _, path := range d.Transforms {
		rows = append(rows, []string{"  by " + path})
	}
	return rows
}

// table writes rows with aligned cells.
func table(b *strings.Builder, rows [][]string) {
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		for i, cell := range row {
			row[i] = cmekpipe.Printable(cell)
		}
		fmt.Fprintln(t, "  "+strings.Join(row, "\t"))
	}
	_ = t.Flush() // a Builder never fails
}
