package guard

import (
	"fmt"
	"io"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// String returns what [Coverage.WriteText] writes.
func (c *Coverage) String() string {
	var b strings.Builder
	_ = c.WriteText(&b) // a Builder never fails
	return b.String()
}

// WriteText writes a report for people: a line of totals, one paragraph for each transform that is not neutral, and
// what no key covers. The same pipeline always gives the same text.
func (c *Coverage) WriteText(w io.Writer) error {
	var b strings.Builder
	b.WriteString(c.totals())
	for _, t := range c.Transforms {
		if t.Verdict != Neutral {
			t.write(&b)
		}
	}
	for _, name := range c.Hooks {
		fmt.Fprintf(&b, "hook %s runs code on every worker\n", cmekpipe.Printable(name))
	}
	m := c.Metadata
	if len(m.Uncovered) > 0 {
		fmt.Fprintf(&b, "no key covers: %s\n", strings.Join(m.Uncovered, ", "))
	}
	fmt.Fprintf(&b, "the graph holds %d elements (%d bytes) and %d constants (%d bytes)\n",
		m.Elements, m.ElementBytes, m.Constants, m.ConstantBytes)
	_, err := io.WriteString(w, b.String())
	return err
}

func (c *Coverage) totals() string {
	counts := map[Verdict]int{}
	for _, t := range c.Transforms {
		counts[t.Verdict]++
	}
	out := fmt.Sprintf("%d transforms", len(c.Transforms))
	separator := ": "
	for _, v := range []Verdict{Unprotected, Protected, ReadsOnly, NoCMEK, Local, Opaque, Neutral} {
		if counts[v] > 0 {
			out += fmt.Sprintf("%s%d %s", separator, counts[v], v)
			separator = ", "
		}
	}
	return out + "\n"
}

func (t Transform) write(b *strings.Builder) {
	place := "writes to"
	if t.Verdict == ReadsOnly {
		place = "reads from"
	}
	fmt.Fprintf(b, "%s %s\n", t.Verdict, cmekpipe.Printable(t.Path()))
	for _, line := range []struct{ label, text string }{
		{"identity", t.Identity},
		{place, t.Destination},
		{"key", t.Key.String()},
		{"its fields name", strings.Join(t.Mentions, ", ")},
		{"not checked", t.Caveat},
		{"why", t.Reason},
		{"instead", t.Replacement},
	} {
		if line.text != "" {
			fmt.Fprintf(b, "    %s: %s\n", line.label, cmekpipe.Printable(line.text))
		}
	}
}
