package datastoreio

import (
	"context"
	"errors"

	"google.golang.org/api/firestore/v1"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/firestoreclient"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// datastoreMode is the type of databases that take entities.
const datastoreMode = "DATASTORE_MODE"

// verify compares the key of the database with the wanted one, and creates the database if it is missing and may be
// created.
func (w *writer) verify(ctx context.Context) error {
	admin, err := firestoreclient.Admin(ctx)
	if err != nil {
		return w.fault(ctx, err)
	}
	found, err := w.find(ctx, admin)
	// A database that vanished in mid-run is an error: the entities that were written to it are gone.
	if w.Create && w.checked.IsZero() && gcperr.IsNotFound(err) {
		found, err = w.create(ctx, admin)
	}
	if err != nil {
		return w.resourceFault(ctx, err)
	}
	return w.compare(found)
}

func (w *writer) find(ctx context.Context, admin *firestore.Service) (found *firestore.GoogleFirestoreAdminV1Database, err error) {
	err = retry.Do(ctx, callPolicy(), func(ctx context.Context) error {
		found, err = admin.Projects.Databases.Get(w.Database.String()).Context(ctx).Do()
		return err
	})
	return found, err
}

// compare refuses a database that rests under another key than the wanted one. Names are compared by their parts.
func (w *writer) compare(found *firestore.GoogleFirestoreAdminV1Database) error {
	want := w.Database.Key()
	if found.CmekConfig == nil || found.CmekConfig.KmsKeyName == "" {
		return w.refusal(cmekpipe.KeyMissing, "rests under no customer-managed key")
	}
	if got, err := cmekpipe.ParseKeyName(found.CmekConfig.KmsKeyName); err != nil || got != want {
		return w.refusal(cmekpipe.KeyMismatch, "rests under "+found.CmekConfig.KmsKeyName)
	}
	for _, version := range found.CmekConfig.ActiveKeyVersion {
		if got, err := cmekpipe.ParseKeyOrVersion(version); err != nil || got != want {
			return w.refusal(cmekpipe.KeyMismatch, "reports key version "+version)
		}
	}
	if found.Type != datastoreMode {
		return &cmekpipe.Error{Op: w.Op, Code: cmekpipe.PreconditionFailed, Resource: w.Database.String(),
			Hint: "use a database in Datastore mode", Err: errors.New("got a database of type " + found.Type + ", want " + datastoreMode)}
	}
	return nil
}

func (w *writer) refusal(code cmekpipe.Code, got string) error {
	return &cmekpipe.Error{Op: w.Op, Code: code, Resource: w.Database.String(),
		Hint: "mint the database with the key that it rests under, or write to a new one; Google never changes a database's key",
		Err:  errors.New("the database " + got + ", want " + w.Database.Key().String())}
}
