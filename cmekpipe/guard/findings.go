package guard

import (
	"fmt"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
)

// Findings returns what a person should know of, in the vocabulary of package rule: unprotected transforms, those that write what
// another one writes too, outside Cloud KMS or to the worker, user code, what guard did not check of transforms that it accepts, enabled hooks, the
// constants in the graph, and a Beam that the catalogue does not describe.
func (c *Coverage) Findings() rule.Findings {
	var found rule.Findings
	for _, t := range c.Transforms {
		found = append(found, t.findings()...)
	}
	for _, name := range c.Hooks {
		found = append(found, rule.Finding{Rule: rule.WorkerHook, Resource: "hook " + name,
			Detail: "the program enabled it with hooks.EnableHook"})
	}
	if c.Metadata.Elements+c.Metadata.Constants > 0 {
		found = append(found, c.constants())
	}
	if f, ok := otherBeam(c.Beam); ok {
		found = append(found, f)
	}
	return found
}

func (t Transform) findings() (found rule.Findings) {
	rules := map[Verdict]rule.ID{
		Unprotected: rule.UnprotectedTransform, NoCMEK: rule.OutsideKMS, Opaque: rule.OpaqueTransform, Local: rule.WorkerDisk,
	}
	if id, ok := rules[t.Verdict]; ok {
		if t.ConflictsWith != "" {
			id = rule.TwoSinks
		}
		detail := t.Reason
		if t.Destination != "" {
			detail += ": " + t.Destination
		}
		if len(t.Mentions) > 0 {
			detail += "; its fields name " + strings.Join(t.Mentions, ", ")
		}
		found = append(found, rule.Finding{Rule: id, Resource: t.Path(), Detail: detail, Remedy: t.Replacement})
	}
	if t.Caveat != "" {
		found = append(found, rule.Finding{Rule: rule.NotChecked, Resource: t.Path(), Detail: "not checked: " + t.Caveat})
	}
	return found
}

// constants says how much data the graph embeds, and in which fields of other transforms than known ones, without values.
func (c *Coverage) constants() rule.Finding {
	const most = 20
	m := c.Metadata
	detail := fmt.Sprintf("%d elements of beam.Create (%d bytes), %d constants in DoFns (%d bytes)",
		m.Elements, m.ElementBytes, m.Constants, m.ConstantBytes)
	places := 0
	for _, t := range c.Transforms {
		if len(t.Constants) == 0 || t.Verdict == Neutral || t.Verdict == Protected {
			continue // what this module's and Beam's own steps hold is known: names, keys and formats
		}
		if places++; places <= most {
			detail += "; " + t.Path() + ": " + strings.Join(t.Constants, ", ")
		}
	}
	if places > most {
		detail += fmt.Sprintf("; and in %d more transforms", places-most)
	}
	return rule.Finding{Rule: rule.GraphConstants, Resource: "pipeline graph", Detail: detail}
}

// otherBeam is the finding on a Beam that the catalogue does not describe: its connectors may do other things under the same
// names.
func otherBeam(linked string) (rule.Finding, bool) {
	if linked == catalogueBeam {
		return rule.Finding{}, false
	}
	return rule.Finding{Rule: rule.OtherBeam, Resource: "github.com/apache/beam/sdks/v2",
		Detail: fmt.Sprintf("got Beam %s, want %s, which guard's catalogue describes", linked, catalogueBeam),
		Remedy: "go get github.com/apache/beam/sdks/v2@v" + catalogueBeam + ", or a version of this module for Beam " + linked}, true
}
