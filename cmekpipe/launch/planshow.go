package launch

import (
	"encoding/json"

	api "google.golang.org/api/dataflow/v1b3"
)

// What stands where a value must not be shown, or isn't known yet.
const (
	redacted = "(not shown)"
	madeUp   = "(made up when launched)"
)

// showable returns a request as JSON that may be shown: of the SDK's pipeline options only what this module put there
// itself keeps its value, of the program's own only the names are left. The request's own id is left out, and so is a name
// that no launch has made up yet.
func showable(job *api.Job, named bool) []byte {
	copied, environment := *job, *job.Environment
	copied.ClientRequestId = ""
	if !named {
		copied.Name = madeUp
	}
	copied.Environment = &environment
	environment.SdkPipelineOptions = showableOptions(job.Environment.SdkPipelineOptions, named)
	text, err := json.Marshal(&copied)
	if err != nil {
		return nil // a request that can't be encoded can't be submitted either
	}
	return text
}

// showableOptions lets through what is known to be safe, by name, so that what a later Beam adds is not shown.
func showableOptions(message []byte, named bool) []byte {
	var in struct {
		Display []displayItem              `json:"display_data"`
		Options map[string]json.RawMessage `json:"options"`
		Go      struct {
			Options map[string]json.RawMessage `json:"options"`
		} `json:"beam:option:go_options:v1"`
	}
	if err := json.Unmarshal(message, &in); err != nil {
		return quoted(redacted)
	}
	for i, item := range in.Display {
		switch {
		case item.Namespace == goNamespace && item.Key != "experiments":
			in.Display[i].Value = quoted(redacted)
		case item.Key == "name" && !named:
			in.Display[i].Value = quoted(madeUp)
		}
	}
	for name := range in.Options {
		switch name {
		case "dataflowKmsKey", "dataflow_kms_key", "experiments", "pipelineUrl", "pipelineProtoHash", "region", "tempLocation",
			"diskProvisionedIops", "diskProvisionedThroughputMibps":
		default:
			in.Options[name] = quoted(redacted)
		}
	}
	for name := range in.Go.Options {
		if name != "experiments" {
			in.Go.Options[name] = quoted(redacted)
		}
	}
	text, err := json.Marshal(in)
	if err != nil {
		return quoted(redacted)
	}
	return text
}

func quoted(s string) json.RawMessage { return json.RawMessage(`"` + s + `"`) }
