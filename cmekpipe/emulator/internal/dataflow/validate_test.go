package dataflow_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestPayloadIsCheckedAsGooglesParserDoes(t *testing.T) {
	const head = `{"name":"job","type":"JOB_TYPE_BATCH",`
	for _, test := range []struct{ name, body, want string }{
		{"unknown field", head + `"labelz":{}}`, `Unknown name \"labelz\" at 'job': Cannot find field.`},
		{"another case", `{"Name":"job","type":"JOB_TYPE_BATCH"}`, `Unknown name \"Name\" at 'job': Cannot find field.`},
		{"unknown field inside", head + `"environment":{"kmsKeyName":"k"}}`, `Unknown name \"kmsKeyName\" at 'job.environment'`},
		{"unknown field in a list", head + `"environment":{"workerPools":[{},{"zones":"z"}]}}`,
			`Unknown name \"zones\" at 'job.environment.worker_pools[1]'`},
		{"no enum", `{"name":"job","type":"BATCH"}`, `Invalid value at 'job.type'`},
		{"no enum inside", head + `"environment":{"flexResourceSchedulingGoal":"CHEAP"}}`,
			`Invalid value at 'job.environment.flex_resource_scheduling_goal'`},
		{"no enum in a list", head + `"environment":{"workerPools":[{"ipConfiguration":"PRIVATE"}]}}`,
			`Invalid value at 'job.environment.worker_pools[0].ip_configuration'`},
		{"text for a message", head + `"environment":"e"}`, `Invalid value at 'job.environment'`},
		{"message for a text", head + `"location":{}}`, `Invalid value at 'job.location'`},
		{"list for a message", head + `"environment":[]}`, `Invalid value at 'job.environment'`},
		{"one for a list", head + `"tempFiles":"f"}`, `Invalid value at 'job.temp_files'`},
		{"number for a label", head + `"labels":{"a":1}}`, `Invalid value at 'job.labels.value'`},
		{"text for a number", head + `"environment":{"workerPools":[{"numWorkers":"many"}]}}`,
			`Invalid value at 'job.environment.worker_pools[0].num_workers'`},
		{"text for a truth", head + `"environment":{"usePublicIps":"true"}}`, `Invalid value at 'job.environment.use_public_ips'`},
		{"two objects", head + `"location":"us-central1"}{}`, `There is text after`},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := start(t)
			status, text := c.post(t, project, region, test.body)
			if status != http.StatusBadRequest || !strings.Contains(text, test.want) {
				t.Errorf("got status %d %s, want 400 and %s", status, text, test.want)
			}
		})
	}
}

func TestFreeFormFieldsAcceptAnyJSON(t *testing.T) {
	c := start(t)
	status, text := c.post(t, project, region, `{"name":"job","type":"JOB_TYPE_BATCH","location":null,"environment":{
		"sdkPipelineOptions":{"options":7},"version":{"major":6},"workerPools":[{"numWorkers":"3","diskSizeGb":30}]},
		"steps":[{"kind":"k","properties":{"deep":[{"any":"thing"}]}}]}`)
	if status != http.StatusOK {
		t.Errorf("got status %d %s, want 200", status, text)
	}
}

func TestUpdateRefusesUnknownFields(t *testing.T) {
	c := start(t)
	id := c.create(streamingJob("job")).Id
	for body, want := range map[string]string{
		`{"state":"JOB_STATE_CANCELLED"}`: `Unknown name \"state\" at 'job'`,
		`{"requestedState":"CANCELLED"}`:  `Invalid value at 'job.requested_state'`,
	} {
		status, text := c.send(t, http.MethodPut, "/v1b3/projects/"+project+"/locations/"+region+"/jobs/"+id, body)
		if status != http.StatusBadRequest || !strings.Contains(text, want) {
			t.Errorf("%s: got status %d %s, want 400 and %s", body, status, text, want)
		}
	}
	c.wantState(id, "JOB_STATE_PENDING")
}

func TestLabelsAreChecked(t *testing.T) {
	long := strings.Repeat("a", 63)
	for label, want := range map[string]int{
		`"team":"a-b_c9"`:                      http.StatusOK,
		`"é":"ß"`:                              http.StatusOK,
		`"team":""`:                            http.StatusOK,
		`"` + long + `":"` + long + `"`:        http.StatusOK,
		`"a` + long + `":"x"`:                  http.StatusBadRequest,
		`"team":"a` + long + `"`:               http.StatusBadRequest,
		`"Team":"a"`:                           http.StatusBadRequest,
		`"team":"A"`:                           http.StatusBadRequest,
		`"team":"a b"`:                         http.StatusBadRequest,
		`"9":"a"`:                              http.StatusBadRequest,
		`"":"a"`:                               http.StatusBadRequest,
		`"` + strings.Repeat("é", 63) + `":""`: http.StatusOK,
		`"` + strings.Repeat("ა", 43) + `":""`: http.StatusBadRequest, // 129 bytes
	} {
		c := start(t)
		status, text := c.post(t, project, region, `{"name":"job","type":"JOB_TYPE_BATCH","labels":{`+label+`}}`)
		if status != want {
			t.Errorf("label %s: got status %d %s, want %d", label, status, text, want)
		}
	}
}

func TestAJobHasAtMost64Labels(t *testing.T) {
	for n, want := range map[int]int{64: http.StatusOK, 65: http.StatusBadRequest} {
		labels := make([]string, n)
		for i := range labels {
			labels[i] = `"l` + strings.Repeat("x", i%60) + strings.Repeat("y", i/60) + `":""`
		}
		c := start(t)
		status, _ := c.post(t, project, region, `{"name":"job","type":"JOB_TYPE_BATCH","labels":{`+strings.Join(labels, ",")+`}}`)
		if status != want {
			t.Errorf("%d labels: got status %d, want %d", n, status, want)
		}
	}
}
