package verify

import (
	"context"
	"errors"
	"io"
	"slices"

	"cloud.google.com/go/storage"
	"golang.org/x/sync/errgroup"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/plan"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/storageclient"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/session"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// op is the operation that every error of this package names.
const op = "verify.Run"

// Option changes how Run reports.
type Option struct{ set session.Setting }

// WithProgress sends a line to w for every step that takes more than two seconds. A nil w disables it. Default: standard
// error, if that is a terminal.
func WithProgress(w io.Writer) Option { return Option{session.WithProgress(w)} }

// Run checks that everything that a plan names exists and has its key, and returns a finding for each resource that does not,
// in the order of the plan.
// Findings.Err returns nil if nothing is wrong.
func Run(ctx context.Context, p *plan.Plan, options ...Option) (rule.Findings, error) {
	if err := p.Check(op); err != nil {
		return nil, err
	}
	if err := session.CheckEnvironment(op); err != nil {
		return nil, err
	}
	client, err := storageclient.New(ctx)
	if err != nil {
		return nil, gcperr.Wrap(op, "Cloud Storage", p.Key, err)
	}
	defer client.Close() //nolint:errcheck // nothing was written
	var settings []session.Setting
	for _, o := range options {
		settings = append(settings, o.set)
	}
	v := &verifier{Settings: session.NewSettings(ctx, settings), plan: p, storage: client}
	defer v.Progress.Step("verifying what was written")()
	findings := v.run(ctx, v.checks())
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return findings, nil
}

// verifier is one call of Run.
type verifier struct {
	session.Settings
	plan    *plan.Plan
	storage *storage.Client
}

// checks are all checks of the plan, in its order.
func (v *verifier) checks() []check {
	var all []check
	if v.plan.Template == "" {
		for _, d := range v.plan.Destinations {
			all = append(all, v.destination(d))
		}
	}
	for _, f := range v.plan.Staged {
		all = append(all, v.object(plan.Destination{Kind: cmekpipe.KindObject, Name: f.URL, Key: f.Key}))
	}
	switch {
	case v.plan.Template != "":
		all = append(all, v.object(plan.Destination{Kind: cmekpipe.KindObject, Name: v.plan.Template, Key: v.plan.Key}))
	case v.plan.Runner == cmekpipe.RunnerDataflow:
		all = append(all, v.job())
		if v.plan.TempLocation != "" { // plans that were read from JSON may be older than the field
			all = append(all, v.temp())
		}
	}
	return append(all, v.buckets()...)
}

// destination returns the check of a destination.
func (v *verifier) destination(d plan.Destination) check {
	switch d.Kind {
	case cmekpipe.KindObject:
		return v.object(d)
	case cmekpipe.KindShardedObjects:
		return v.shards(d)
	case cmekpipe.KindTemporaryFolder:
		return v.folder(d)
	case cmekpipe.KindBigQueryTable:
		return bigQueryTable(d)
	case cmekpipe.KindBigQueryTemporaryDataset:
		return temporaryDatasets(d)
	case cmekpipe.KindPubSubTopic:
		return pubSubTopic(d)
	case cmekpipe.KindSpannerDatabase:
		return spannerDatabase(d)
	case cmekpipe.KindBigtableTable:
		return bigtableTable(d)
	case cmekpipe.KindDatastoreDatabase:
		return datastoreDatabase(d)
	case cmekpipe.KindFHIRStore:
		return fhirStore(d)
	}
	return unknown(d, nil)
}

// atOnce is how many resources are read at the same time.
const atOnce = 8

// run performs the checks, several at a time, and returns what they found in their order, each finding once.
func (v *verifier) run(ctx context.Context, checks []check) rule.Findings {
	found := make([]rule.Findings, len(checks))
	var g errgroup.Group
	g.SetLimit(atOnce)
	for n, c := range checks {
		g.Go(func() error {
			found[n] = v.make(ctx, c)
			return nil
		})
	}
	_ = g.Wait() // failures are findings
	var all rule.Findings
	for _, f := range slices.Concat(found...) {
		if !slices.Contains(all, f) {
			all = append(all, f)
		}
	}
	return all
}

// make performs one check, and retries it while the service is unavailable. A check that can't tell the key is not retried.
func (v *verifier) make(ctx context.Context, c check) rule.Findings {
	var found rule.Findings
	err := retry.Do(ctx, v.Pace.Policy, func(ctx context.Context) error {
		var err error
		found, err = c.run(ctx)
		if _, ok := errors.AsType[undetermined](err); ok {
			found = append(found, c.failure(err))
			return nil
		}
		return err
	})
	if err != nil {
		found = append(found, c.failure(err))
	}
	return found
}
