package plan

import (
	"encoding/json"

	api "google.golang.org/api/dataflow/v1b3"
)

// The texts in place of a value that must not be printed, or isn't known yet.
const (
	withheld  = "(not shown)"
	generated = "(generated when launched)"
)

// goNamespace is the namespace of the program's own options among the display data.
const goNamespace = "go_options"

// displayItem is what Dataflow's page shows of one option.
type displayItem struct {
	Key       string          `json:"key,omitempty"`
	Namespace string          `json:"namespace,omitempty"`
	Type      string          `json:"type,omitempty"`
	Value     json.RawMessage `json:"value,omitempty"`
}

// redact returns a request as JSON that may be printed: of the SDK's pipeline options only what this module put there
// itself keeps its value, of the program's own only the names are left. The request's own id is left out, and so is a name
// that no launch has generated yet.
func redact(job *api.Job, named bool) []byte {
	copied, environment := *job, *job.Environment
	copied.ClientRequestId = ""
	if !named {
		copied.Name = generated
	}
	copied.Environment = &environment
	environment.SdkPipelineOptions = redactOptions(job.Environment.SdkPipelineOptions, named)
	text, err := json.Marshal(&copied)
	if err != nil {
		return nil // a request that can't be encoded can't be submitted either
	}
	return text
}

// redactOptions keeps what is known to be safe, by name, so that what a later Beam adds is not printed.
func redactOptions(message []byte, named bool) []byte {
	var in struct {
		Display []displayItem              `json:"display_data"`
		Options map[string]json.RawMessage `json:"options"`
		Go      struct {
			Options map[string]json.RawMessage `json:"options"`
		} `json:"beam:option:go_options:v1"`
	}
	if err := json.Unmarshal(message, &in); err != nil {
		return quoted(withheld)
	}
	for i, item := range in.Display {
		switch {
		case item.Namespace == goNamespace && item.Key != "experiments":
			in.Display[i].Value = quoted(withheld)
		case item.Key == "name" && !named:
			in.Display[i].Value = quoted(generated)
		}
	}
	for name := range in.Options {
		switch name {
		case "dataflowKmsKey", "dataflow_kms_key", "experiments", "pipelineUrl", "pipelineProtoHash", "region", "tempLocation",
			"diskProvisionedIops", "diskProvisionedThroughputMibps":
		default:
			in.Options[name] = quoted(withheld)
		}
	}
	for name := range in.Go.Options {
		if name != "experiments" {
			in.Go.Options[name] = quoted(withheld)
		}
	}
	text, err := json.Marshal(in)
	if err != nil {
		return quoted(withheld)
	}
	return text
}

func quoted(s string) json.RawMessage { return json.RawMessage(`"` + s + `"`) }
