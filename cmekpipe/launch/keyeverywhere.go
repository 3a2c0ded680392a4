package launch

import (
	"encoding/json"
	"errors"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// keyEverywhere completes a translated job where Beam names no key: in the pipeline options that workers of other SDKs
// read. Beam hands them nothing but the map "options", where Java looks for its own spelling and Python for another. The
// temp location stands there as Java spells it; a worker in Go that found Python's temp_location would upload heap
// profiles to it without a key.
//
// Sources: PipelineOptionsTranslation.fromJson of Beam's Java SDK, sdk_worker_main.py of its Python SDK.
func keyEverywhere(job *api.Job, key cmekpipe.KeyName) error {
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
