package datastoreio

import (
	"context"
	"errors"

	"cloud.google.com/go/datastore"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/datastoreclient"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// writer is embedded in all DoFns that change a database: it checks the database's key and commits in batches.
type writer struct {
	Op       string
	Database cmekpipe.DatastoreDatabase
	Create   bool // whether verify creates a missing database

	client *datastore.Client
	batch  batch
}

// Setup gets the process's client.
func (w *writer) Setup(ctx context.Context) (err error) {
	w.client, err = datastoreclient.Shared(ctx, w.Database.Project(), w.Database.ID())
	return w.fault(ctx, err)
}

// StartBundle checks the database's key if the last check is too old, and drops what a failed bundle left.
func (w *writer) StartBundle(ctx context.Context) error {
	w.batch = batch{}
	return w.recheck(ctx)
}

// FinishBundle writes the rest. When it returns, Datastore has acknowledged every change of the bundle.
func (w *writer) FinishBundle(ctx context.Context) error { return w.flush(ctx) }

// CMEKDestination tells guard the destination and its key.
func (w *writer) CMEKDestination() destination.Destination {
	return destination.Destination{Kind: cmekpipe.KindDatastoreDatabase, Name: w.Database.String(), Key: w.Database.Key()}
}

// add appends a change and commits when the batch is full.
func (w *writer) add(ctx context.Context, key *datastore.Key, m *datastore.Mutation, size int) error {
	if w.batch.full(size) {
		if err := w.flush(ctx); err != nil {
			return err
		}
	}
	w.batch.add(identity(key), m, size)
	return nil
}

// flush commits the batch. A commit is safe to repeat: it stores or deletes the same entities.
func (w *writer) flush(ctx context.Context) error {
	mutations := w.batch.mutations
	w.batch = batch{}
	if len(mutations) == 0 {
		return nil
	}
	if err := w.recheck(ctx); err != nil { // a bundle may run for hours
		return err
	}
	return w.fault(ctx, retry.Do(ctx, callPolicy(), func(ctx context.Context) error {
		_, err := w.client.Mutate(ctx, mutations...)
		if _, unsent := errors.AsType[datastore.MultiError](err); unsent {
			return w.invalid("got an entity that Google's client refuses",
				"see to its key, its types and doubled properties, and tag texts of more than 1,500 bytes noindex; "+
					"why is left out, because it may quote the entity")
		}
		return err
	}))
}
