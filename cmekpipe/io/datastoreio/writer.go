package datastoreio

import (
	"context"
	"errors"
	"time"

	"cloud.google.com/go/datastore"
	"github.com/googleapis/gax-go/v2"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/datastoreclient"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/keycheck"
)

// writer is what all DoFns that change a database have: they look at its key and commit in batches.
type writer struct {
	Op       string
	Database cmekpipe.DatastoreDatabase
	Create   bool

	client  *datastore.Client
	checked keycheck.Recheck
	batch   batch
}

// Setup opens the client.
func (w *writer) Setup(ctx context.Context) (err error) {
	w.client, err = datastoreclient.New(ctx, w.Database.Project(), w.Database.ID())
	return w.fault(ctx, err)
}

// Teardown releases the client.
func (w *writer) Teardown() {
	if w.client != nil {
		w.client.Close() // all that was to be written has been acknowledged
	}
}

// StartBundle checks the database's key again if the last check is too old, and drops what a failed bundle left.
func (w *writer) StartBundle(ctx context.Context) error {
	w.batch = batch{}
	return w.checked.Do(ctx, w.verify)
}

// FinishBundle writes the rest. When it returns, Datastore has acknowledged every change of the bundle.
func (w *writer) FinishBundle(ctx context.Context) error { return w.flush(ctx) }

// CMEKDestination tells guard what rests where.
func (w *writer) CMEKDestination() destination.Destination {
	return destination.Destination{Name: w.Database.String(), Key: w.Database.Key()}
}

// add takes a change and commits when there are enough.
func (w *writer) add(ctx context.Context, key *datastore.Key, m *datastore.Mutation, size int) error {
	if w.batch.full(size) {
		if err := w.flush(ctx); err != nil {
			return err
		}
	}
	w.batch.add(identity(key), m, size)
	return nil
}

// flush commits the batch. A commit that is made twice does no harm: it stores or removes the same entities.
func (w *writer) flush(ctx context.Context) error {
	mutations := w.batch.mutations
	w.batch = batch{}
	if len(mutations) == 0 {
		return nil
	}
	return w.fault(ctx, persist(ctx, func(ctx context.Context) error {
		_, err := w.client.Mutate(ctx, mutations...)
		if _, unsent := errors.AsType[datastore.MultiError](err); unsent {
			return w.invalid("got an entity that Google's client refuses",
				"see to its key, its types and doubled properties, and tag texts of more than 1,500 bytes noindex; "+
					"why is left out, because it may quote the entity")
		}
		return err
	}))
}

// attempts is how often a call is made before its failure is taken for lasting, and patience for how long each one waits.
const (
	attempts = 6
	patience = time.Minute
)

// persist makes a call until it succeeds or another attempt would not help.
func persist(ctx context.Context, call func(context.Context) error) error {
	pause := gax.Backoff{Initial: 100 * time.Millisecond, Max: 10 * time.Second, Multiplier: 2}
	for attempt := 1; ; attempt++ {
		err := within(ctx, call)
		if attempt == attempts || ctx.Err() != nil || !gcperr.DatastoreTransient(err) {
			return err
		}
		if err := gax.Sleep(ctx, pause.Pause()); err != nil {
			return err
		}
	}
}

func within(ctx context.Context, call func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return call(ctx)
}
