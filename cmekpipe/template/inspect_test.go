package template_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/template"
)

// FuzzStoredOptions buries another key in an environment, whatever else is in that. It is found.
func FuzzStoredOptions(f *testing.F) {
	f.Add([]byte(`{}`), []byte{0, 1, 2}, uint8(0))
	f.Add([]byte(`{"a":{"dataflowKmsKey":""},"dataflow_kms_key":null}`), []byte{1, 1, 0}, uint8(1))
	f.Add([]byte(`{"experiments":["use_runner_v2"],"workerPools":[{"zone":"us-central1-a"}]}`), []byte{}, uint8(2))
	f.Add([]byte(`{"serviceKmsKeyName":7}`), []byte{0}, uint8(3))
	f.Add([]byte(`[1,[2]]`), []byte{2, 2}, uint8(4))
	const other = "projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/other"
	opts, err := cmekpipe.FromConfig(cmekpipe.Config{Runner: "dataflow", Key: goodKey, Project: "bank-prod", TempLocation: "gs://bank-work"})
	if err != nil {
		f.Fatal(err)
	}
	spellings := []string{"dataflow_kms_key", "dataflowKmsKey", "beam:option:dataflow_kms_key:v1", "kmsKeyName", "--dataflow-kms-key"}
	f.Fuzz(func(t *testing.T, text, path []byte, spelled uint8) {
		_ = template.Inspect(opts, text) // it does not panic
		var around map[string]any
		if json.Unmarshal(text, &around) != nil || around == nil {
			return
		}
		var buried any = map[string]any{spellings[int(spelled)%len(spellings)]: other}
		for _, step := range path[:min(len(path), 100)] {
			switch step % 3 {
			case 0:
				buried = map[string]any{"options": buried}
			case 1:
				buried = []any{1, buried}
			case 2:
				buried = map[string]any{"dataflow_kms_key": "", "inside": buried}
			}
		}
		around["buried"] = buried
		whole, err := json.Marshal(around)
		if err != nil {
			t.Fatal(err)
		}
		if err := template.Inspect(opts, whole); err == nil || !errors.Is(err, cmekpipe.InvalidOptions) && !errors.Is(err, cmekpipe.KeyMismatch) {
			t.Errorf("got error %v for %s, want the other key found", err, whole)
		}
	})
}
