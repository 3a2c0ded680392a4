package datastoreio

import (
	"context"
	"errors"

	"google.golang.org/api/firestore/v1"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/firestoreclient"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/shared"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/keycheck"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// datastoreMode is the type of databases that hold entities.
const datastoreMode = "DATASTORE_MODE"

// recheck checks the key of the database if the last check of the process is too old: a database may be deleted and created
// again.
func (w *writer) recheck(ctx context.Context) error {
	id := shared.ID{Service: w.Op, Endpoint: firestoreclient.Endpoint(), Resource: w.Database.String(), Keys: w.Database.Key().String()}
	return shared.Check(ctx, id, w.verify)
}

// verify checks the key of the database, and creates the database if it is missing and may be created.
func (w *writer) verify(ctx context.Context) error {
	admin, err := firestoreclient.SharedAdmin(ctx)
	if err != nil {
		return w.fault(ctx, err)
	}
	found, err := w.find(ctx, admin)
	if w.Create && gcperr.IsNotFound(err) {
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

// compare refuses a database with another key than the wanted one, or in another mode.
func (w *writer) compare(found *firestore.GoogleFirestoreAdminV1Database) error {
	err := keycheck.Check(w.Op, w.Database.String(), []cmekpipe.KeyName{w.Database.Key()}, firestoreclient.Keys(found)...)
	if err != nil {
		return err
	}
	if found.Type != datastoreMode {
		return &cmekpipe.Error{Op: w.Op, Code: cmekpipe.PreconditionFailed, Resource: w.Database.String(),
			Hint: "use a database in Datastore mode", Err: errors.New("got a database of type " + found.Type + ", want " + datastoreMode)}
	}
	return nil
}
