package plan_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/plan"
)

func TestWhatIsNoPlanIsRefused(t *testing.T) {
	const key = `"projects/p-1234/locations/us-central1/keyRings/r/cryptoKeys/k"`
	for name, text := range map[string]string{
		"nothing":        `{}`,
		"no version":     `{"runner":"dataflow","key":` + key + `}`,
		"another":        `{"schemaVersion":2,"runner":"dataflow","key":` + key + `}`,
		"no runner":      `{"schemaVersion":1,"key":` + key + `}`,
		"unknown runner": `{"schemaVersion":1,"runner":"portable","key":` + key + `}`,
		"no key":         `{"schemaVersion":1,"runner":"dataflow"}`,
		"a bad key":      `{"schemaVersion":1,"runner":"dataflow","key":"k"}`,
		"no sink's key":  `{"schemaVersion":1,"runner":"dataflow","key":` + key + `,"destinations":[{"kind":"object","name":"gs://b/o"}]}`,
		"no sink's name": `{"schemaVersion":1,"runner":"dataflow","key":` + key + `,"destinations":[{"kind":"object","key":` + key + `}]}`,
		"no sink's kind": `{"schemaVersion":1,"runner":"dataflow","key":` + key + `,"destinations":[{"name":"gs://b/o","key":` + key + `}]}`,
		"another kind":   `{"schemaVersion":1,"runner":"dataflow","key":` + key + `,"destinations":[{"kind":"tape","name":"gs://b/o","key":` + key + `}]}`,
		"no file's key":  `{"schemaVersion":1,"runner":"dataflow","key":` + key + `,"staged":[{"url":"gs://b/o"}]}`,
		"other types":    `{"schemaVersion":1,"runner":1}`,
	} {
		var p plan.Plan
		err := json.Unmarshal([]byte(text), &p)
		if got := cmekpipe.CodeOf(err); got != cmekpipe.InvalidOptions {
			t.Errorf("%s: got error %v, want code %q", name, err, cmekpipe.InvalidOptions)
		}
		if p.Runner != "" {
			t.Errorf("%s: got %+v left behind", name, p)
		}
	}
	if _, err := json.Marshal(&plan.Plan{}); err == nil {
		t.Error("got no error for the zero Plan")
	}
	if got := (&plan.Plan{}).String(); !strings.Contains(got, "no plan") {
		t.Errorf("got %q for the zero Plan", got)
	}
}
