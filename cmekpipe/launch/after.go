package launch

import (
	"context"
	"slices"

	"cloud.google.com/go/storage"
	"golang.org/x/sync/errgroup"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/storageclient"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/session"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

const opVerify = "launch.Verify"

// looksAtOnce is how many resources are looked at at the same time.
const looksAtOnce = 8

// The rules on what is found, by the IDs in package rule.
const (
	ruleMissing  = "CMEK020"
	ruleNoKey    = "CMEK021"
	ruleOtherKey = "CMEK022"
	ruleUnseen   = "CMEK023"
	ruleUntold   = "CMEK024"
)

// Verify looks, after a run that ended well, whether everything exists that the draft speaks of, and whether it rests
// under its key: the destinations, the staged files and, on Dataflow, the job. It changes nothing. No findings mean that
// all was seen and all is in order.
//
// The draft is the one of the [Result] of Run, or one that was read back from JSON. With one of Plan the newest job of the
// name is looked at; without a name there is a finding that says so.
//
// Where Run wrote a template no job has run: then that and the staged files are looked at alone.
//
// Of a sharded write every object is looked at that has the name of a shard, from earlier runs too. A destination in a
// service that Verify can't read, or that does not answer, is a finding, and so is a missing permission, which is named:
// "can't see" is never taken for "missing" or "in order". What lies there for a while only may be gone.
//
// # Permissions
//
// The caller needs, on what the draft names: storage.objects.get and list, bigquery.tables.get and datasets.get,
// pubsub.topics.get, spanner.databases.get, bigtable.clusters.list and tables.get, datastore.databases.getMetadata,
// healthcare.datasets.get and fhirStores.get, dataflow.jobs.get and, without the job's id, jobs.list. It needs none on keys.
//
// # Errors
//
// InvalidOptions for a draft that no launch made, EmulatorSet as Run has it, and the context's own error. What goes wrong
// on a resource is a finding.
func Verify(ctx context.Context, draft *Draft, os ...Option) ([]rule.Finding, error) {
	if err := draft.check(opVerify); err != nil {
		return nil, err
	}
	if err := session.CheckEnvironment(opVerify); err != nil {
		return nil, err
	}
	client, err := storageclient.New(ctx)
	if err != nil {
		return nil, gcperr.Wrap(opVerify, "Cloud Storage", draft.Key, err)
	}
	defer client.Close() //nolint:errcheck // nothing was written
	i := &inspector{settings: newSettings(os), draft: draft, storage: client}
	defer i.progress.Step("looking at what came to rest")()
	findings := i.run(ctx, i.looks())
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return findings, nil
}

// inspector is one call of Verify.
type inspector struct {
	settings
	draft   *Draft
	storage *storage.Client
}

// look is a look at one resource. It calls report for every name of a key that it sees there.
type look struct {
	resource string
	keys     []cmekpipe.KeyName // any of them will do
	needs    string             // the permission
	run      func(ctx context.Context, report report) error
}

// report tells that a resource rests under a key, or under none if reported is "".
type report func(resource, reported string)

// looks are all that there is to look at, in the order of the draft.
func (i *inspector) looks() []look {
	var all []look
	if i.draft.Template == "" {
		for _, d := range i.draft.Destinations {
			all = append(all, i.destination(d))
		}
	}
	for _, f := range i.draft.Staged {
		all = append(all, i.object(f.URL, Destination{Name: f.URL, Key: f.Key}))
	}
	switch {
	case i.draft.Template != "":
		all = append(all, i.object(i.draft.Template, Destination{Name: i.draft.Template, Key: i.draft.Key}))
	case i.draft.Runner == onDataflow:
		all = append(all, i.job())
	}
	return all
}

// run makes the looks, several at a time, and returns what they found in their order, each finding once.
func (i *inspector) run(ctx context.Context, looks []look) []rule.Finding {
	found := make([][]rule.Finding, len(looks))
	var g errgroup.Group
	g.SetLimit(looksAtOnce)
	for n, l := range looks {
		g.Go(func() error {
			found[n] = i.make(ctx, l)
			return nil
		})
	}
	_ = g.Wait() // failures are findings
	var all []rule.Finding
	for _, f := range slices.Concat(found...) {
		if !slices.Contains(all, f) {
			all = append(all, f)
		}
	}
	return all
}

// make makes one look, again while the service is unavailable.
func (i *inspector) make(ctx context.Context, l look) []rule.Finding {
	var found []rule.Finding
	err := retry.Do(ctx, i.pace.Policy, func(ctx context.Context) error {
		found = nil
		return l.run(ctx, func(resource, reported string) {
			if f, bad := judgeKey(resource, reported, l.keys); bad {
				found = append(found, f)
			}
		})
	})
	if err != nil {
		found = append(found, l.failure(err))
	}
	return found
}
