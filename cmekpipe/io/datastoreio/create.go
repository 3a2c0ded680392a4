package datastoreio

import (
	"context"
	"strings"
	"time"

	"google.golang.org/api/firestore/v1"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/keycheck"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// place returns the location of a database that the key can encrypt.
func (w *writer) place() (string, error) {
	key := w.Database.Key()
	for _, where := range []string{"nam5", "eur3"} {
		if location.ForFirestore(key.Location(), where).Fit == location.Serves {
			return where, nil
		}
	}
	where := key.Location()
	answer := location.ForFirestore(where, where)
	if !location.IsRegion(where) {
		answer = location.Answer{Fit: location.Refused, Want: []string{"us", "europe", "the region of the database"},
			Why: "no Datastore database can be protected by a key in " + where}
	}
	return where, keycheck.Location(w.Op, w.Database.String(), key, answer)
}

// create creates the database with its key, waits until it exists and returns it. Of several workers one is first; the
// others read what that one, or another program, created.
func (w *writer) create(ctx context.Context, admin *firestore.Service) (*firestore.GoogleFirestoreAdminV1Database, error) {
	place, err := w.place()
	if err != nil {
		return nil, err
	}
	parent, id, _ := strings.Cut(w.Database.String(), "/databases/")
	spec := &firestore.GoogleFirestoreAdminV1Database{Type: datastoreMode, LocationId: place,
		CmekConfig: &firestore.GoogleFirestoreAdminV1CmekConfig{KmsKeyName: w.Database.Key().String()}}
	var made *firestore.GoogleLongrunningOperation
	err = retry.Do(ctx, callPolicy(), func(ctx context.Context) (err error) {
		made, err = admin.Projects.Databases.Create(parent, spec).DatabaseId(id).Context(ctx).Do()
		return err
	})
	switch {
	case err == nil:
	case gcperr.Code(err) == cmekpipe.AlreadyExists:
		return w.find(ctx, admin)
	default:
		return nil, err
	}
	if err := await(ctx, admin, made); err != nil {
		return nil, err
	}
	return w.find(ctx, admin)
}

// longest limits the creation of a database; a few minutes are usual.
const longest = 15 * time.Minute

// await waits for the end of an operation.
func await(ctx context.Context, admin *firestore.Service, op *firestore.GoogleLongrunningOperation) error {
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	for n := 0; !op.Done; n++ {
		if err := callPolicy().Wait(ctx, n); err != nil {
			return err
		}
		name := op.Name
		err := retry.Do(ctx, callPolicy(), func(ctx context.Context) (err error) {
			op, err = admin.Projects.Databases.Operations.Get(name).Context(ctx).Do()
			return err
		})
		if err != nil {
			return err
		}
	}
	if op.Error != nil {
		return gcperr.OperationError(op.Error.Code, op.Error.Message)
	}
	return nil
}
