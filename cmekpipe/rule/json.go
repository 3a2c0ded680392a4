package rule

import (
	"encoding/json"
	"io"
)

// schema names the form of the JSON that WriteJSON writes. It changes when a field changes its meaning; new fields don't change
// it. findings.schema.json describes the form.
const schema = "cmekpipe.findings/1"

// document is what WriteJSON writes.
type document struct {
	Schema   string   `json:"schema"`
	Summary  Summary  `json:"summary"`
	Findings []record `json:"findings"`
}

// record is a finding with what its rule says.
type record struct {
	Rule     ID       `json:"rule"`
	Verdict  Verdict  `json:"verdict"`
	Severity Severity `json:"severity"`
	Duty     Duty     `json:"duty"`
	Title    string   `json:"title"`
	Resource string   `json:"resource"`
	Detail   string   `json:"detail,omitempty"`
	Remedy   string   `json:"remedy,omitempty"`
	Link     string   `json:"link"`
}

// WriteJSON writes findings for programs: one JSON document with all findings, those that passed among them, in the order of
// [Findings.ByRule]. The file findings.schema.json in the folder of this package is its JSON Schema. The field schema is
// "cmekpipe.findings/1" as long as no field changes its meaning; readers ignore fields that they don't know. A [Finding] can be
// read from each element of the list findings. Bytes that are no UTF-8 become U+FFFD.
func WriteJSON(w io.Writer, findings Findings) error {
	d := document{schema, findings.Summary(), []record{}}
	for _, group := range findings.ByRule() {
		r := group[0].rule()
		for _, f := range group {
			d.Findings = append(d.Findings, record{
				f.Rule, f.Verdict, f.Verdict.severity(r), r.Duty, r.Title, f.Resource, f.Detail, f.toDo(r), r.Link,
			})
		}
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(d)
}
