package cmekpipe_test

import (
	"strings"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

func updateFault(name string, flags fields, mapping map[string]string, change func(*cmekpipe.Config), field, reason string) singleFault {
	all := fields{"job_name": "nightly", "update": "true"}
	for name, value := range flags {
		all[name] = value
	}
	return singleFault{name, all, func(c *cmekpipe.Config) {
		c.JobName, c.Update, c.TransformNameMapping = "nightly", true, mapping
		change(c)
	}, cmekpipe.InvalidOptions, field, reason}
}

func replaceFaults() []singleFault {
	const mapping = "transform_name_mapping"
	none := func(*cmekpipe.Config) {}
	faults := []singleFault{
		updateFault("update without a name", fields{"job_name": ""}, nil, func(c *cmekpipe.Config) { c.JobName = "" },
			"update", "got an update without job_name"),
		updateFault("mapping alone", fields{"update": "false", mapping: `{"Old":"New"}`}, map[string]string{"Old": "New"},
			func(c *cmekpipe.Config) { c.Update = false }, mapping, "got a mapping without update"),
		updateFault("mapping of nothing", fields{mapping: `{"":"New"}`}, map[string]string{"": "New"}, none,
			mapping, "got a mapping of no transform"),
		updateFault("mapping of control characters", fields{mapping: `{"Old\n":"New"}`}, map[string]string{"Old\n": "New"}, none,
			mapping, `in "Old\n"`),
		updateFault("mapping to control characters", fields{mapping: `{"Old":"New\n"}`}, map[string]string{"Old": "New\n"}, none,
			mapping, `in "New\n"`),
	}
	at := func(c *cmekpipe.Config) *string { return &c.TemplateLocation }
	for _, tt := range append([]refusal{{"", "gs://bank-scratch/templates/", "got a folder"}}, badObjects...) {
		if tt.text != "" {
			faults = append(faults, textFault("template_location", tt.text, cmekpipe.InvalidName, tt.reason, at))
		}
	}
	return faults
}

// Which fault comes first must not hang on the order of a map.
func TestFaultsOfAMappingComeInOneOrder(t *testing.T) {
	c := goodConfig()
	c.JobName, c.Update = "nightly", true
	c.TransformNameMapping = map[string]string{"a\n": "", "b\n": "", "c\n": "", "d\n": ""}
	for range 20 {
		_, err := cmekpipe.FromConfig(c)
		faults := faultTexts(err)
		if len(faults) != 4 || !strings.Contains(faults[0], `a\n`) || !strings.Contains(faults[3], `d\n`) {
			t.Fatalf("got %v, want one fault for each name, sorted", faults)
		}
	}
}
