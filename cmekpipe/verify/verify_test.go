package verify_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/pubsubio"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/textio"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/launch"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/plan"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/verify"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/pubsubclient"
)

const linesTopic = "projects/" + cmektest.Project + "/topics/lines"

// wrote runs a pipeline with several sinks on Prism and returns its plan, read back from JSON.
func (w *world) wrote() *plan.Plan {
	w.t.Helper()
	p, s := beam.NewPipelineWithRoot()
	lines := beam.ParDo(s, shout, beam.Create(s, "a", "b"))
	textio.Write(s, w.key.MustObject("gs://bank-work/out/all"), lines)
	textio.WriteSharded(s, w.key.MustObject("gs://bank-work/out/lines"), lines, textio.WithNumShards(2))
	pubsubio.Write(s, w.key.MustPubSubTopic(linesTopic), beam.ParDo(s, toMessage, lines), pubsubio.WithCreateIfMissing())
	opts := w.options(func(c *cmekpipe.Config) { c.Runner = "prism" })
	result, err := launch.Run(w.hasty(), opts, p, launch.WithProgress(nil))
	if err != nil {
		w.t.Fatal(err)
	}
	return w.readBack(result.Plan)
}

func (w *world) readBack(d *plan.Plan) *plan.Plan {
	w.t.Helper()
	text, err := json.Marshal(d)
	if err != nil {
		w.t.Fatal(err)
	}
	var read plan.Plan
	if err := json.Unmarshal(text, &read); err != nil {
		w.t.Fatal(err)
	}
	return &read
}

// rewrite puts an object under a key, or under none.
func (w *world) rewrite(bucket, name string, key cmekpipe.KeyName) {
	w.t.Helper()
	out := w.StorageClient().Bucket(bucket).Object(name).NewWriter(w.t.Context())
	out.KMSKeyName = key.String()
	if _, err := out.Write([]byte("x")); err != nil {
		w.t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		w.t.Fatal(err)
	}
}

func TestRunFindsWhatIsNotAsThePlanSays(t *testing.T) {
	for _, tc := range []struct {
		name           string
		spoil          func(w *world)
		id             rule.ID
		resource, says string
	}{
		{"all in order", func(*world) {}, "", "", ""},
		{"one object under another key", func(w *world) { w.rewrite("bank-work", "out/all", w.CreateKey("us-central1", "other")) },
			rule.OtherKey, "gs://bank-work/out/all", "cryptoKeys/other"},
		{"one shard under no key", func(w *world) { w.rewrite("bank-work", "out/lines-00001-of-00002", cmekpipe.KeyName{}) },
			rule.NoKey, "gs://bank-work/out/lines-00001-of-00002", "got no Cloud KMS key"},
		{"a key whose name begins alike", func(w *world) { w.rewrite("bank-work", "out/all", w.CreateKey("us-central1", "pipelines2")) },
			rule.OtherKey, "gs://bank-work/out/all", "pipelines2"},
		{"an object that is no shard", func(w *world) { w.rewrite("bank-work", "out/lines-of-others", cmekpipe.KeyName{}) }, "", "", ""},
		{"one object deleted", func(w *world) { w.remove("out/all") }, rule.NotFound, "gs://bank-work/out/all", "not found"},
		{"all shards deleted", func(w *world) { w.remove("out/lines-00000-of-00002"); w.remove("out/lines-00001-of-00002") },
			rule.NotFound, "gs://bank-work/out/lines", "not found"},
		{"objects not to be read", func(w *world) { w.Inject(emulator.Fault{Method: "storage.objects.get", Status: 403}) },
			rule.NoPermission, "gs://bank-work/out/all", "storage.objects.get"},
		{"shards not to be listed", func(w *world) { w.Inject(emulator.Fault{Method: "storage.objects.list", Status: 403}) },
			rule.NoPermission, "gs://bank-work/out/lines", "storage.objects.list"},
		{"a topic that was made anew", func(w *world) { w.remakeTopic() }, rule.NoKey, linesTopic, "got no Cloud KMS key"},
		{"a service that fails once", func(w *world) {
			w.Inject(emulator.Fault{Method: "storage.objects.list", Call: 1, Status: 503})
		}, "", "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t)
			p := w.wrote()
			tc.spoil(w)
			w.requireOnly(p, tc.id, tc.resource, tc.says)
		})
	}
}

// requireOnly fails unless Run finds exactly one thing, or nothing if the ID is "".
func (w *world) requireOnly(p *plan.Plan, id rule.ID, resource, says string) {
	w.t.Helper()
	found, err := verify.Run(w.hasty(), p)
	if err != nil {
		w.t.Fatal(err)
	}
	if id == "" {
		if len(found) != 0 {
			w.t.Errorf("got findings %+v, want none", found)
		}
		return
	}
	if len(found) != 1 || found[0].Rule != id || found[0].Resource != resource || !strings.Contains(found[0].Detail, says) {
		w.t.Errorf("got findings %+v, want only %s on %s that says %q", found, id, resource, says)
	}
}

func (w *world) remove(name string) {
	w.t.Helper()
	if err := w.StorageClient().Bucket("bank-work").Object(name).Delete(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

// remakeTopic puts a topic without a key in the place of the one that the pipeline made.
func (w *world) remakeTopic() {
	w.t.Helper()
	client, err := pubsubclient.Topics(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	defer client.Close()
	if err := client.DeleteTopic(w.t.Context(), &pubsubpb.DeleteTopicRequest{Topic: linesTopic}); err != nil {
		w.t.Fatal(err)
	}
	if _, err := client.CreateTopic(w.t.Context(), &pubsubpb.Topic{Name: linesTopic}); err != nil {
		w.t.Fatal(err)
	}
}

func TestRunChecksStagedFilesAndTheJob(t *testing.T) {
	w := newWorld(t)
	planned, err := w.plan()
	if err != nil {
		t.Fatal(err)
	}
	job := "projects/" + cmektest.Project + "/locations/us-central1/jobs/"
	if found, err := verify.Run(w.hasty(), planned); err != nil || len(found) != 3 {
		t.Errorf("got %+v and error %v before the launch, want both files and the job missing", found, err)
	}
	result, err := w.run()
	if err != nil {
		t.Fatal(err)
	}
	w.requireOnly(w.readBack(result.Plan), "", "", "")
	w.requireOnly(w.readBack(planned), "", "", "")
	w.Inject(emulator.Fault{Method: "dataflow.jobs.get", Status: 403})
	w.requireOnly(result.Plan, rule.NoPermission, job+result.Job.ID, "dataflow.jobs.get")
	w.requireOnly(planned, rule.NoPermission, job+"nightly", "dataflow.jobs.get and dataflow.jobs.list")
}

func TestRunComparesTheJobsKey(t *testing.T) {
	w := newWorld(t)
	result, err := w.run()
	if err != nil {
		t.Fatal(err)
	}
	p := result.Plan
	other := w.CreateKey("us-central1", "other")
	p.JobID, p.JobName = w.squatter(func(j *api.Job) { j.Environment.ServiceKmsKeyName = other.String() }), "nightly"
	w.requireOnly(p, rule.OtherKey, "projects/"+cmektest.Project+"/locations/us-central1/jobs/"+p.JobID, "cryptoKeys/other")
	p.JobID, p.JobName = "", ""
	w.requireOnly(p, rule.KeyUnknown, "projects/"+cmektest.Project+"/locations/us-central1/jobs/(no name yet)", "no name yet")
}

// The kind says how a destination is read: a name that is none of its kind is not tried as something else.
func TestRunReadsADestinationByItsKind(t *testing.T) {
	w := newWorld(t)
	p := w.wrote()
	p.Destinations = []plan.Destination{{Kind: cmekpipe.KindPubSubTopic, Name: "gs://bank-work/out/all", Key: w.key}}
	w.requireOnly(p, rule.KeyUnknown, "gs://bank-work/out/all", "none of a pubsub-topic")
	p.Destinations[0].Kind = cmekpipe.KindShardedObjects
	w.requireOnly(p, rule.NotFound, "gs://bank-work/out/all", "not found")
	p.Destinations[0].Kind = cmekpipe.KindObject
	w.requireOnly(p, "", "", "")
	p.Destinations[0].Kind = ""
	if _, err := verify.Run(t.Context(), p); cmekpipe.CodeOf(err) != cmekpipe.InvalidOptions {
		t.Errorf("got error %v for a destination without a kind, want code %q", err, cmekpipe.InvalidOptions)
	}
}

func TestRunEndsWithItsContextAndRefusesNoPlan(t *testing.T) {
	w := newWorld(t)
	p, err := w.plan()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := verify.Run(ctx, p); err != context.Canceled {
		t.Errorf("got error %v, want %v", err, context.Canceled)
	}
	for _, none := range []*plan.Plan{nil, {}} {
		if _, err := verify.Run(t.Context(), none); cmekpipe.CodeOf(err) != cmekpipe.InvalidOptions {
			t.Errorf("got error %v for no plan, want code %q", err, cmekpipe.InvalidOptions)
		}
	}
}
