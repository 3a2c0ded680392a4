package template_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/job"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/launch"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/template"
)

func TestATemplateIsLaunchedWithTheKey(t *testing.T) {
	eachKind(t, func(t *testing.T, w *world, k kind) {
		result, err := k.launch(t.Context(), w.options(func(c *cmekpipe.Config) { c.Labels = map[string]string{"team": "risk"} }),
			template.Request{Template: stored, Parameters: map[string]string{"input": secret}},
			template.WithHaste(), template.WithProgress(w.said))
		if err != nil {
			t.Fatal(err)
		}
		running := w.running()
		if len(running) != 1 || result.Job == nil || running[0].Id != result.Job.ID {
			t.Fatalf("got jobs %v and result %+v, want one and the same", running, result.Job)
		}
		submitted := running[0]
		if submitted.Environment.ServiceKmsKeyName != w.key.String() || submitted.Labels["team"] != "risk" || len(submitted.Labels) != 2 {
			t.Errorf("got key %q and labels %v, want %s, the team and the request", submitted.Environment.ServiceKmsKeyName, submitted.Labels, w.key)
		}
		if !strings.Contains(string(submitted.Environment.SdkPipelineOptions), secret) {
			t.Error("got options without the parameter")
		}
		if n := w.records(); n != 0 {
			t.Errorf("got %d records, want none of a job that is proven", n)
		}
		if said := w.said.String(); !strings.Contains(said, result.Job.ID) || strings.Contains(said, secret) {
			t.Errorf("got progress %q, want the job and no value of a parameter", said)
		}
		for _, stop := range []func(context.Context, *job.Job, ...launch.Option) error{launch.Drain, launch.Watch} {
			if err := stop(hasty(t.Context()), result.Job); err != nil || result.Job.State != "JOB_STATE_DRAINED" {
				t.Errorf("got state %s and error %v, want a drained job", result.Job.State, err)
			}
		}
	})
}

func TestALaunchThatIsNotAsyncFollowsItsJob(t *testing.T) {
	eachKind(t, func(t *testing.T, w *world, k kind) {
		w.putClassicOrFlexBatch(k)
		result, err := w.run(k, func(c *cmekpipe.Config) { c.Async = false })
		if err != nil || result.Job.State != "JOB_STATE_DONE" {
			t.Errorf("got %+v and %v, want a job that is done", result.Job, err)
		}
	})
}

func (w *world) putClassicOrFlexBatch(k kind) {
	if k.name == "classic" {
		w.putClassic(func(j *api.Job) { j.Type = "JOB_TYPE_BATCH" })
		return
	}
	w.putFlex(func(s *api.ContainerSpec) { s.Metadata.Streaming = false })
}

func TestADryRunCreatesNoJobAndWritesNothing(t *testing.T) {
	eachKind(t, func(t *testing.T, w *world, k kind) {
		before := len(w.Ledger())
		dry := func(c *cmekpipe.Config) { c.DryRun = true }
		result, err := w.run(k, dry)
		if err != nil || result.Job != nil || len(w.Ledger()) != before {
			t.Errorf("got %+v, %v and %v, want nothing made", result, err, w.Ledger()[before:])
		}
		l := template.Request{Template: stored, Parameters: map[string]string{"unknown": secret}}
		_, err = k.launch(t.Context(), w.options(dry), l, template.WithHaste())
		requireError(t, err, cmekpipe.InvalidOptions, stored)
		if strings.Contains(err.Error(), secret) {
			t.Errorf("got %v, want no value of a parameter", err)
		}
	})
}

func TestDataflowsRefusalNamesParametersOnly(t *testing.T) {
	whole := `{"error":{"code":400,"message":"input ` + secret + ` is bad","details":[{"parameterViolations":` +
		`[{"parameter":"input","description":"got ` + secret + `"}]}]}}`
	for name, tc := range map[string]struct{ answer, says string }{
		"whole": {whole, "for input;"},
		"cut":   {whole[:len(whole)-20], "HTTP status 400;"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.putFlex(nil)
			intercept(t, func(rw http.ResponseWriter, r *http.Request, service http.Handler) {
				if !strings.Contains(r.URL.Path, "flexTemplates") {
					service.ServeHTTP(rw, r)
					return
				}
				rw.WriteHeader(http.StatusBadRequest)
				_, _ = rw.Write([]byte(tc.answer))
			})
			_, err := w.run(kinds()[1], nil)
			e := requireError(t, err, cmekpipe.InvalidOptions, stored)
			if strings.Contains(err.Error(), secret) || !strings.Contains(e.Err.Error(), tc.says) {
				t.Errorf("got %v, want %q and no value", err, tc.says)
			}
		})
	}
}

func TestOptionsThatLaunchNoTemplateAreRefused(t *testing.T) {
	eachKind(t, func(t *testing.T, w *world, k kind) {
		_, err := k.launch(t.Context(), &cmekpipe.Options{}, template.Request{Template: stored})
		requireError(t, err, cmekpipe.InvalidOptions, "")
		_, err = w.run(k, func(c *cmekpipe.Config) { c.Runner = "" })
		requireError(t, err, cmekpipe.InvalidOptions, "runner")
		_, err = k.launch(t.Context(), w.options(nil), template.Request{Template: "gs://bank-work"})
		requireError(t, err, cmekpipe.InvalidName, "gs://bank-work")
		t.Setenv("PUBSUB_EMULATOR_HOST", "pubsub.example.com:1")
		_, err = w.run(k, nil)
		requireError(t, err, cmekpipe.EmulatorSet, "PUBSUB_EMULATOR_HOST")
		if got := w.entries("job"); len(got) != 0 {
			t.Errorf("got jobs %v, want none", got)
		}
	})
}

func TestParametersThatContradictTheOptionsAreRefused(t *testing.T) {
	eachKind(t, func(t *testing.T, w *world, k kind) {
		for name, l := range map[string]template.Request{
			"key, Go":             {Parameters: map[string]string{"dataflow_kms_key": w.other.String()}},
			"key, Java":           {Parameters: map[string]string{"dataflowKmsKey": w.other.String()}},
			"key, API":            {Parameters: map[string]string{"kmsKeyName": w.other.String()}},
			"key as option":       {PipelineOptions: []string{"--dataflowKmsKey=" + w.other.String()}},
			"key without a value": {PipelineOptions: []string{"--dataflow_kms_key", w.other.String()}},
			"key behind another":  {PipelineOptions: []string{"--a=b --dataflow_kms_key=" + w.other.String()}},
			"key after a blank":   {PipelineOptions: []string{"--dataflow_kms_key " + w.other.String()}},
			"key at the end":      {PipelineOptions: []string{"--a=b --dataflow_kms_key " + w.other.String()}},
			"key in a list":       {Parameters: map[string]string{"experiments": "a,dataflow_kms_key=" + w.other.String()}},
			"region":              {Parameters: map[string]string{"region": "europe-west1"}},
			"zone":                {PipelineOptions: []string{"--workerZone=europe-west1-b"}},
			"sampling":            {Parameters: map[string]string{"experiments": "enable_data_sampling"}},
			"heap dumps":          {PipelineOptions: []string{"--saveHeapDumpsToGcsPath=gs://x/y"}},
			"hot keys":            {Parameters: map[string]string{"hotKeyLoggingEnabled": "true"}},
			"temp location":       {Parameters: map[string]string{"tempLocation": "gs://elsewhere/tmp"}},
			"temp as option":      {PipelineOptions: []string{"--gcpTempLocation=gs://elsewhere/tmp"}},
			"staging location":    {Parameters: map[string]string{"staging_location": "gs://elsewhere/staging"}},
			"network":             {Parameters: map[string]string{"network": "outer"}},
			"public addresses":    {PipelineOptions: []string{"--usePublicIps"}},
		} {
			l.Template = stored
			_, err := k.launch(t.Context(), w.options(func(c *cmekpipe.Config) { c.Network, c.NoPublicIPs = "inner", true }), l, template.WithHaste())
			e := requireError(t, err, cmekpipe.InvalidOptions, "parameters")
			if len(cmekpipe.OptionErrors(e)) == 0 {
				t.Errorf("%s: got %v, want its faults", name, err)
			}
		}
		if got := w.entries("job"); len(got) != 0 {
			t.Errorf("got jobs %v, want none", got)
		}
	})
}

func TestBucketsAreHeldAgainstTheKey(t *testing.T) {
	eachKind(t, func(t *testing.T, w *world, k kind) {
		w.CreateBucket("bank-plain", region, cmekpipe.KeyName{})
		w.CreateBucket("bank-other", region, w.other)
		w.CreateBucket("bank-abroad", "europe-west1", cmekpipe.KeyName{})
		for bucket, code := range map[string]cmekpipe.Code{
			"bank-plain": cmekpipe.KeyMissing, "bank-abroad": cmekpipe.LocationMismatch,
			"bank-none": cmekpipe.NotFound,
		} {
			_, err := w.run(k, func(c *cmekpipe.Config) { c.TempLocation = "gs://" + bucket + "/tmp" })
			e := requireError(t, err, code, "gs://"+bucket)
			if code == cmekpipe.KeyMissing && !strings.Contains(e.Hint, "--default-encryption-key="+w.key.String()) {
				t.Errorf("got hint %q, want the command", e.Hint)
			}
			_, err = w.run(k, func(c *cmekpipe.Config) { c.StagingLocation = "gs://" + bucket + "/staging" })
			if k.name == "classic" && code == cmekpipe.KeyMissing {
				if err != nil {
					t.Errorf("got error %v, want none: a classic template's job writes nothing there without a key", err)
				}
				w.cancelAll()
				continue
			}
			requireError(t, err, code, "gs://"+bucket)
		}
		if got := w.running(); len(got) != 0 {
			t.Errorf("got jobs %v, want none", got)
		}
		// An organization may have one key for storage and another for Dataflow.
		if _, err := w.run(k, func(c *cmekpipe.Config) { c.TempLocation = "gs://bank-other/tmp" }); err != nil {
			t.Errorf("got error %v for a bucket with another default key, want none", err)
		}
	})
}

// Between the inspection of a template and its launch somebody may write another one.
func TestATemplateThatIsReplacedMeanwhileIsNotLaunched(t *testing.T) {
	eachKind(t, func(t *testing.T, w *world, k kind) {
		text := w.ReadObject(stored)
		w.Inject(emulator.Fault{Method: emulator.Method(k.method), Call: 1,
			OnBegin: func(emulator.Method, string) { w.WriteObject(stored, append(text, ' ')) }})
		_, err := w.run(k, nil)
		if k.name == "flex" { // the request holds what was inspected
			if err != nil {
				t.Errorf("got %v, want the inspected specification launched", err)
			}
			return
		}
		requireError(t, err, cmekpipe.PreconditionFailed, stored)
		if got := w.running(); len(got) != 0 || w.records() != 0 {
			t.Errorf("got jobs %v and %d records, want the job cancelled", got, w.records())
		}
	})
}

// cancelAll stops what runs.
func (w *world) cancelAll() {
	w.t.Helper()
	for _, j := range w.running() {
		if _, err := w.dataflow().Projects.Locations.Jobs.Update(cmektest.Project, region, j.Id,
			&api.Job{RequestedState: "JOB_STATE_CANCELLED"}).Do(); err != nil {
			w.t.Fatal(err)
		}
	}
	w.jobs()
}

func TestATemplateMustBeEncryptedWithAKey(t *testing.T) {
	eachKind(t, func(t *testing.T, w *world, k kind) {
		w.CreateBucket("bank-plain", region, cmekpipe.KeyName{})
		w.CreateBucket("bank-other", region, w.other)
		text := w.ReadObject(stored)
		for _, bucket := range []string{"plain", "other"} {
			w.WriteObject("gs://bank-"+bucket+"/t", text)
		}
		start := func(url string) error {
			_, err := k.launch(t.Context(), w.options(nil), template.Request{Template: url}, template.WithHaste())
			return err
		}
		requireError(t, start("gs://bank-plain/t"), cmekpipe.KeyMissing, "gs://bank-plain/t")
		// Templates of others, such as Google's, hold nothing of the customer's.
		if err := w.Cloud.Cloud.CreateBucket(t.Context(), "google-project", "dataflow-templates", region, cmekpipe.KeyName{}); err != nil {
			t.Fatal(err)
		}
		w.WriteObject("gs://dataflow-templates/t", text)
		if err := start("gs://dataflow-templates/t"); err != nil {
			t.Errorf("got error %v for a template of another project, want none", err)
		}
		w.cancelAll()
		remove := w.Inject(emulator.Fault{Method: emulator.StorageBucketsGet, Resource: "gs://dataflow-templates", Status: 403})
		if err := start("gs://dataflow-templates/t"); err != nil {
			t.Errorf("got error %v for a template in a bucket that can't be read, want none", err)
		}
		remove()
		w.cancelAll()
		requireError(t, start("gs://bank-work/none"), cmekpipe.NotFound, "gs://bank-work/none")
		if err := start("gs://bank-other/t"); err != nil {
			t.Errorf("got error %v, want none: the template's own key is its owner's business", err)
		}
		for _, text := range []string{"", "[]", "null", "{}", `{"type":7}`, "{"} {
			w.WriteObject(stored, []byte(text))
			requireError(t, start(stored), cmekpipe.InvalidOptions, stored)
		}
	})
}

func TestTheOtherKindOfTemplateIsNamed(t *testing.T) {
	w := newWorld(t)
	w.putFlex(nil)
	_, err := w.run(kinds()[0], nil)
	if e := requireError(t, err, cmekpipe.InvalidOptions, stored); !strings.Contains(e.Hint, "LaunchFlex") {
		t.Errorf("got hint %q, want LaunchFlex", e.Hint)
	}
	w.putClassic(nil)
	_, err = w.run(kinds()[1], nil)
	if e := requireError(t, err, cmekpipe.InvalidOptions, stored); !strings.Contains(e.Hint, "LaunchClassic") {
		t.Errorf("got hint %q, want LaunchClassic", e.Hint)
	}
}

// put stores a template with fields in its environment, or default environment, as an SDK wrote them.
func (w *world) putStored(k kind, fields string) {
	switch k.name {
	case "classic":
		w.WriteObject(stored, []byte(`{"type":"JOB_TYPE_STREAMING","environment":{`+fields+`}}`))
	default:
		w.WriteObject(stored, []byte(`{"image":"i","sdkInfo":{"language":"GO"},"metadata":{"name":"n","streaming":true},"defaultEnvironment":{`+fields+`}}`))
	}
}

func TestAStoredKeyIsTheLaunchs(t *testing.T) {
	for name, tc := range map[string]struct {
		value func(*world) string
		code  cmekpipe.Code
	}{
		"none":            {func(w *world) string { return "" }, ""},
		"the same":        {func(w *world) string { return w.key.String() }, ""},
		"another":         {func(w *world) string { return w.other.String() }, cmekpipe.KeyMismatch},
		"a longer name":   {func(w *world) string { return w.key.String() + "2" }, cmekpipe.KeyMismatch},
		"no key's name":   {func(w *world) string { return "pipelines" }, cmekpipe.KeyMismatch},
		"another version": {func(w *world) string { return w.other.String() + "/cryptoKeyVersions/1" }, cmekpipe.KeyMismatch},
	} {
		t.Run(name, func(t *testing.T) {
			eachKind(t, func(t *testing.T, w *world, k kind) {
				field := map[string]string{"classic": "serviceKmsKeyName", "flex": "kmsKeyName"}[k.name]
				w.putStored(k, `"`+field+`":"`+tc.value(w)+`"`)
				_, err := w.run(k, nil)
				if tc.code == "" {
					if err != nil {
						t.Error(err)
					}
					return
				}
				e := requireError(t, err, tc.code, stored)
				if !strings.Contains(e.Err.Error(), w.key.String()) || name == "another" && !strings.Contains(e.Err.Error(), w.other.String()) {
					t.Errorf("got %q, want both keys named", e.Err)
				}
				if got := w.entries("job"); len(got) != 0 {
					t.Errorf("got jobs %v, want none", got)
				}
			})
		})
	}
}

// A version of the right key is the right key, in a template that Dataflow itself may have completed.
func TestAStoredKeyMayNameAVersion(t *testing.T) {
	w := newWorld(t)
	w.putStored(kinds()[0], `"serviceKmsKeyName":"`+w.key.String()+`/cryptoKeyVersions/1"`)
	if _, err := w.run(kinds()[0], nil); err != nil {
		t.Error(err)
	}
}

func TestStoredOptionsAreHeldAgainstTheKey(t *testing.T) {
	w := newWorld(t)
	w.CreateBucket("bank-plain", region, cmekpipe.KeyName{})
	other := w.other.String()
	for name, fields := range map[string]string{
		"Go":                 `"sdkPipelineOptions":{"beam:option:go_options:v1":{"options":{"dataflow_kms_key":"` + other + `"}}}`,
		"Java":               `"sdkPipelineOptions":{"options":{"dataflowKmsKey":"` + other + `"}}`,
		"Python":             `"sdkPipelineOptions":{"options":{"dataflow_kms_key":"` + other + `"}}`,
		"Beam's model":       `"sdkPipelineOptions":{"beam:option:dataflow_kms_key:v1":"` + other + `"}`,
		"an object":          `"sdkPipelineOptions":{"options":{"dataflowKmsKey":{"type":"x","value":"` + other + `"}}}`,
		"first of one name":  `"sdkPipelineOptions":{"a":{"dataflowKmsKey":"` + other + `"},"b":{"dataflowKmsKey":"` + w.key.String() + `"}}`,
		"second of one name": `"sdkPipelineOptions":{"a":{"dataflowKmsKey":"` + w.key.String() + `"},"b":{"dataflowKmsKey":"` + other + `"}}`,
		"additional options": `"additionalPipelineOptions":["--a=b","--dataflow_kms_key=` + other + `"]`,
		"experiment":         `"experiments":["a","enable_data_sampling"]`,
		"update unasked":     `"experiments":["create_or_update_job"]`,
		"service option":     `"serviceOptions":["enable_google_cloud_profiler"]`,
		"additional":         `"additionalExperiments":["enable_data_sampling"]`,
		"stored experiment":  `"sdkPipelineOptions":{"options":{"experiments":["enable_data_sampling"]}}`,
		"region":             `"workerRegion":"europe-west1"`,
		"zone of a pool":     `"workerPools":[{"zone":"europe-west1-b"}]`,
		"subnetwork":         `"workerPools":[{"subnetwork":"regions/europe-west1/subnetworks/s"}]`,
		"hot keys":           `"debugOptions":{"enableHotKeyLogging":true}`,
		"serial port":        `"enableLauncherVmSerialPortLogging":true`,
		"heap dumps":         `"saveHeapDumpsToGcsPath":"gs://x/y"`,
		"too deep":           `"a":` + strings.Repeat(`{"a":`, 80) + `1` + strings.Repeat(`}`, 80),
		"lists too deep":     `"a":` + strings.Repeat(`[`, 80) + strings.Repeat(`]`, 80),
	} {
		for _, k := range kinds() {
			w.putStored(k, fields)
			_, err := w.run(k, nil)
			if e, ok := errors.AsType[*cmekpipe.Error](err); !ok || e.Code != cmekpipe.InvalidOptions || e.Resource != stored || e.Hint == "" {
				t.Errorf("%s, %s: got error %v, want code %q for the template", name, k.name, err, cmekpipe.InvalidOptions)
			}
		}
	}
	for name, fields := range map[string]string{
		"temp option":   `"sdkPipelineOptions":{"options":{"tempLocation":"gs://bank-plain/tmp"}}`,
		"temp prefix":   `"tempStoragePrefix":"gs://bank-plain/tmp"`,
		"gcp temp":      `"sdkPipelineOptions":{"options":{"gcp_temp_location":"gs://bank-plain/tmp"}}`,
		"in additional": `"additionalPipelineOptions":["--temp_location=gs://bank-plain/tmp"]`,
	} {
		for _, k := range kinds() {
			w.putStored(k, fields)
			if _, err := w.run(k, nil); !errors.Is(err, cmekpipe.KeyMissing) {
				t.Errorf("%s, %s: got error %v, want the bucket refused", name, k.name, err)
			}
		}
	}
	if got := w.entries("job"); len(got) != 0 {
		t.Errorf("got jobs %v, want none", got)
	}
}

func TestHarmlessStoredOptionsPass(t *testing.T) {
	eachKind(t, func(t *testing.T, w *world, k kind) {
		fields := map[string]string{
			"classic": `"experiments":["use_runner_v2"],"sdkPipelineOptions":{"display_data":[{"key":"zone","value":"europe-west1-b","zone":"europe-west1-b"}],` +
				`"options":{"dataflowKmsKey":"` + w.key.String() + `","workerZone":null,"region":"us-central1","saveHeapDumpsToGcsPath":"",` +
				`"profilingAgentConfiguration":{},"numWorkers":3,"hotKeyLoggingEnabled":false}}`,
			"flex": `"additionalExperiments":["use_runner_v2"],"zone":"","tempLocation":"gs://bank-work/old"`,
		}[k.name]
		w.putStored(k, fields)
		if _, err := w.run(k, nil); err != nil {
			t.Error(err)
		}
	})
}

func TestDefaultsOfParametersAreHeldAgainstTheKey(t *testing.T) {
	w := newWorld(t)
	w.putFlex(func(s *api.ContainerSpec) {
		s.Metadata.Parameters = append(s.Metadata.Parameters, &api.ParameterMetadata{Name: "dataflowKmsKey", DefaultValue: w.other.String()})
	})
	_, err := w.run(kinds()[1], nil)
	if requireError(t, err, cmekpipe.InvalidOptions, stored); !errors.Is(err, cmekpipe.KeyMismatch) {
		t.Errorf("got error %v, want the other key found", err)
	}
}

func TestExplicitFoldersKeepDataflowFromMakingABucket(t *testing.T) {
	w := newWorld(t)
	w.putFlex(nil)
	if _, err := w.run(kinds()[1], nil); err != nil {
		t.Fatal(err)
	}
	w.running()
	for _, b := range w.entries("bucket") {
		if b.Name != "gs://bank-work" {
			t.Errorf("got bucket %s, want the test's own alone", b.Name)
		}
	}
	for _, o := range w.entries("object") {
		if o.ProtectedBy() != w.key {
			t.Errorf("%s is encrypted with %q, want %s", o.Name, o.ProtectedBy(), w.key)
		}
	}
	_, err := w.dataflow().Projects.Locations.FlexTemplates.Launch(cmektest.Project, region, &api.LaunchFlexTemplateRequest{
		LaunchParameter: &api.LaunchFlexTemplateParameter{JobName: "bare", ContainerSpecGcsPath: stored,
			Environment: &api.FlexTemplateRuntimeEnvironment{KmsKeyName: w.key.String()}}}).Do()
	if err != nil {
		t.Fatal(err)
	}
	w.running()
	var own, keyless bool
	for _, b := range w.entries("bucket") {
		own = own || strings.HasPrefix(b.Name, "gs://dataflow-staging-")
	}
	for _, o := range w.entries("object") {
		keyless = keyless || !o.ProtectedBy().Valid()
	}
	if !own || !keyless {
		t.Errorf("got a bucket of Dataflow's own: %v, and files without a key in it: %v; want both from a launch that names no folders", own, keyless)
	}
}

func TestThereIsRoomForTheLabel(t *testing.T) {
	eachKind(t, func(t *testing.T, w *world, k kind) {
		_, err := w.run(k, func(c *cmekpipe.Config) {
			c.Labels = make(map[string]string)
			for i := range 64 {
				c.Labels["a"+strings.Repeat("b", i%60)+strings.Repeat("c", i/60)] = ""
			}
		})
		requireError(t, err, cmekpipe.InvalidOptions, "labels")
	})
}

func TestAnUpdateReplacesTheJob(t *testing.T) {
	eachKind(t, func(t *testing.T, w *world, k kind) {
		_, err := w.run(k, func(c *cmekpipe.Config) { c.Update = true })
		requireError(t, err, cmekpipe.NotFound, parent+"nightly")
		first, err := w.run(k, nil)
		if err != nil {
			t.Fatal(err)
		}
		second, err := w.run(k, func(c *cmekpipe.Config) {
			c.Update, c.TransformNameMapping = true, map[string]string{"Old": "New"}
		})
		if err != nil {
			t.Fatal(err)
		}
		running := w.running()
		if len(running) != 1 || running[0].Id != second.Job.ID || running[0].ReplaceJobId != first.Job.ID || running[0].TransformNameMapping["Old"] != "New" {
			t.Errorf("got %+v, want job %s in the place of %s", running, second.Job.ID, first.Job.ID)
		}
		w.Dataflow().Tamper(func(j *api.Job) { j.Environment.ServiceKmsKeyName = "" })
		_, err = w.run(k, func(c *cmekpipe.Config) { c.Update = true })
		e, ok := errors.AsType[*cmekpipe.Error](err)
		if !ok || e.Code != cmekpipe.KeyMissing || !strings.Contains(e.Hint, second.Job.ID) {
			t.Errorf("got error %v, want the state of job %s", err, second.Job.ID)
		}
		w.requireNoneRunsWithout()
	})
}

func TestABatchTemplateUpdatesNoJob(t *testing.T) {
	w := newWorld(t)
	w.putClassicOrFlexBatch(kinds()[0])
	_, err := w.run(kinds()[0], func(c *cmekpipe.Config) { c.Update = true })
	requireError(t, err, cmekpipe.Unsupported, stored)
}

// squatter is somebody else's job by the name of nightly.
func (w *world) squatter(key string) (id string) {
	w.t.Helper()
	created, err := w.dataflow().Projects.Locations.Jobs.Create(cmektest.Project, region, &api.Job{
		Name: "nightly", Type: "JOB_TYPE_STREAMING", Environment: &api.Environment{ServiceKmsKeyName: key}}).Do()
	if err != nil {
		w.t.Fatal(err)
	}
	return created.Id
}

func marshal(t testing.TB, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestLaunchesEndWithTheirContext(t *testing.T) {
	eachKind(t, func(t *testing.T, w *world, k kind) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := k.launch(ctx, w.options(nil), template.Request{Template: stored})
		if !errors.Is(err, context.Canceled) || len(w.entries("job")) != 0 {
			t.Errorf("got error %v and %v, want the context's error and no job", err, w.entries("job"))
		}
		ctx, cancel = context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		w.Inject(emulator.Fault{Method: "storage.buckets.get", Latency: time.Minute})
		if _, err := k.launch(ctx, w.options(nil), template.Request{Template: stored}, template.WithHaste()); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got error %v, want the context's", err)
		}
	})
}
