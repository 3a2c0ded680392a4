package verify_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/plan"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/verify"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/jobs"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/session"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// naming is the plan of a run on Prism that wrote to the destinations.
func (w *world) naming(destinations ...plan.Destination) *plan.Plan {
	return &plan.Plan{Runner: cmekpipe.RunnerPrism, Key: w.key, Destinations: destinations}
}

func TestRunReadsTheFHIRStoreAndItsDataset(t *testing.T) {
	const dataset = "projects/" + cmektest.Project + "/locations/us-central1/datasets/records"
	store := dataset + "/fhirStores/main"
	w := newWorld(t)
	p := w.naming(plan.Destination{Kind: cmekpipe.KindFHIRStore, Name: store, Key: w.key})
	w.requireOnly(p, rule.NotFound, store, "not found")
	w.CreateFHIRStore(dataset+"/fhirStores/other", w.key)
	w.requireOnly(p, rule.NotFound, store, "not found")
	w.CreateFHIRStore(store, w.key)
	w.requireOnly(p, "", "", "")
	w.Inject(emulator.Fault{Method: emulator.HealthcareFHIRStoresGet, Status: 403})
	w.requireOnly(p, rule.NoPermission, store, "healthcare.fhirStores.get")
}

func TestRunSkipsATemporaryDatasetDeletedAfterTheList(t *testing.T) {
	w := newWorld(t)
	p := w.naming(plan.Destination{Kind: cmekpipe.KindBigQueryTemporaryDataset, Name: cmektest.Project, Key: w.key})
	w.CreateDataset(cmektest.Project+".cmekpipe_temp_gone", "us-central1", w.key)
	w.CreateDataset(cmektest.Project+".cmekpipe_temp_open", "us-central1", cmekpipe.KeyName{})
	w.Inject(emulator.Fault{Method: emulator.BigQueryDatasetsGet, Call: 1, Status: 404})
	w.requireOnly(p, rule.NoKey, cmektest.Project+".cmekpipe_temp_open", "got no Cloud KMS key")
}

// With an hour between two attempts, Run returns in time only if it makes one.
func TestRunDoesNotRetryWhatItCannotTell(t *testing.T) {
	w := newWorld(t)
	p := w.naming(plan.Destination{Kind: cmekpipe.KindPubSubTopic, Name: "gs://bank-work/out/all", Key: w.key})
	p.Runner, p.Project, p.Region = cmekpipe.RunnerDataflow, cmektest.Project, "us-central1"
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	ctx = session.WithPace(ctx, jobs.Timing{Policy: retry.Policy{Initial: time.Hour, Max: time.Hour, Attempts: 2}})
	found, err := verify.Run(ctx, p, verify.WithProgress(nil))
	if errors.Is(err, context.DeadlineExceeded) {
		t.Fatal("got a second attempt of a check that can't tell the key, want one attempt")
	}
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != 2 || found[0].Rule != rule.KeyUnknown || !strings.Contains(found[0].Detail, "none of a pubsub-topic") ||
		found[1].Rule != rule.KeyUnknown || !strings.Contains(found[1].Detail, "no name yet") {
		t.Errorf("got findings %+v, want %s for the topic and for the job", found, rule.KeyUnknown)
	}
}
