package translation

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"

	api "google.golang.org/api/dataflow/v1b3"
	"google.golang.org/api/googleapi"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// setKeyForOtherSDKs names the key where Beam's translation leaves it out: in the pipeline options that workers of other SDKs
// read. Beam gives them nothing but the map "options", where Java reads one spelling and Python another. The temp location
// is there as Java spells it; a worker in Go that found Python's temp_location would upload heap profiles to it without a
// key.
//
// Sources: PipelineOptionsTranslation.fromJson of Beam's Java SDK, sdk_worker_main.py of its Python SDK.
func setKeyForOtherSDKs(job *api.Job, key cmekpipe.KeyName) error {
	if job.Environment.ServiceKmsKeyName != key.String() {
		return errors.New("got a job without the key from Beam's translation")
	}
	sent := make(map[string]json.RawMessage)
	if err := json.Unmarshal(job.Environment.SdkPipelineOptions, &sent); err != nil {
		return errors.New("got pipeline options from Beam's translation that are no JSON object")
	}
	options := make(map[string]json.RawMessage)
	if err := json.Unmarshal(sent["options"], &options); err != nil {
		return errors.New("got pipeline options from Beam's translation without the options of other SDKs")
	}
	name, err := json.Marshal(key.String())
	if err != nil {
		return err
	}
	for _, spelling := range []string{"dataflowKmsKey", "dataflow_kms_key"} {
		options[spelling] = name
	}
	if sent["options"], err = json.Marshal(options); err != nil {
		return err
	}
	job.Environment.SdkPipelineOptions, err = json.Marshal(sent)
	return err
}

// sortDisplayData sorts the display data, which Beam writes in the random order of a map.
func sortDisplayData(message googleapi.RawMessage) (googleapi.RawMessage, error) {
	const field = "display_data"
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(message, &fields); err != nil {
		return nil, err
	}
	var items []json.RawMessage
	if err := json.Unmarshal(fields[field], &items); err != nil {
		return nil, err
	}
	slices.SortFunc(items, func(a, b json.RawMessage) int { return bytes.Compare(a, b) })
	text, err := json.Marshal(items)
	if err != nil {
		return nil, err
	}
	fields[field] = text
	message, err = json.Marshal(fields)
	return message, err
}
