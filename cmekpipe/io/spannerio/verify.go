package spannerio

import (
	"context"
	"strings"

	database "cloud.google.com/go/spanner/admin/database/apiv1"
	"cloud.google.com/go/spanner/admin/database/apiv1/databasepb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/shared"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/spannerclient"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/keycheck"
	"github.com/cmekpipe/cmekpipe-go/internal/keycheck/diagnose"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// verifyFn checks the keys of a database, which it may create, even if there is no row to write. A database that is deleted
// later is not created again: the rows that were written to it are gone.
type verifyFn struct {
	Check check
}

// ProcessElement runs for the impulse and emits the database's name.
func (f *verifyFn) ProcessElement(ctx context.Context, _ []byte, emit func(string)) error {
	if err := f.Check.run(ctx); err != nil {
		return err
	}
	emit(f.Check.Database.String())
	return nil
}

// CMEKDestination tells guard the destination and its key.
func (f *verifyFn) CMEKDestination() destination.Destination { return f.Check.destination() }

// check is what must be so of a database before a row is written.
type check struct {
	Database cmekpipe.SpannerDatabase
	Further  []cmekpipe.KeyName
	Create   bool
	DDL      []string
}

// destination is the database as guard sees it.
func (c check) destination() destination.Destination {
	return destination.Destination{Kind: cmekpipe.KindSpannerDatabase, Name: c.Database.String(), Key: c.Database.Key(),
		AdditionalKeys: c.Further}
}

// recheck checks the database if the last check of the process is too old: a database may be deleted and created again.
func (f *check) recheck(ctx context.Context) error {
	keys := make([]string, 0, 1+len(f.Further))
	for _, key := range f.keys() {
		keys = append(keys, key.String())
	}
	id := shared.ID{Service: "spanner database", Endpoint: spannerclient.Endpoint(), Resource: f.Database.String(),
		Keys: strings.Join(keys, " ")}
	return shared.Check(ctx, id, f.run)
}

// run checks the database, which it may create. After an error nothing may be written.
func (f *check) run(ctx context.Context) error {
	client, err := spannerclient.SharedDatabases(ctx)
	if err != nil {
		return f.wrap(ctx, err)
	}
	found, err := f.find(ctx, client)
	if err != nil {
		return f.wrap(ctx, err)
	}
	return f.verify(found)
}

// find returns the database when it is ready, and creates it if it is missing and may be created.
func (f *check) find(ctx context.Context, client *database.DatabaseAdminClient) (*databasepb.Database, error) {
	creations := createPolicy().Start()
	for n := 0; ; n++ {
		found, err := f.get(ctx, client)
		switch {
		case err == nil && found.GetState() != databasepb.Database_CREATING:
			return found, nil
		case err == nil: // another program is creating it
		case !f.Create || !gcperr.IsNotFound(err):
			return nil, err
		default:
			if err := f.create(ctx, client); err != nil {
				if !creations.Again(ctx, err) {
					return nil, retry.Err(ctx, err)
				}
				continue // after the policy's pause
			}
		}
		if err := readPolicy().Wait(ctx, n); err != nil {
			return nil, err
		}
	}
}

func (f *check) get(ctx context.Context, client *database.DatabaseAdminClient) (found *databasepb.Database, err error) {
	err = retry.Do(ctx, readPolicy(), func(ctx context.Context) (err error) {
		found, err = client.GetDatabase(ctx, &databasepb.GetDatabaseRequest{Name: f.Database.String()})
		return err
	})
	return found, err
}

// verify checks that the database was created with all of its keys and no others, and uses no others.
func (f *check) verify(found *databasepb.Database) error {
	name, want, got := f.Database.String(), f.keys(), spannerclient.Keys(found)
	if err := keycheck.Check(opWrite, name, want, got...); err != nil {
		return err
	}
	if err := keycheck.CheckAll(opWrite, name, want, got...); err != nil {
		return err
	}
	if used := spannerclient.KeysInUse(found); len(used) > 0 {
		return keycheck.Check(opWrite, name, want, used...)
	}
	return nil
}

// keys returns all keys that the database should have.
func (f *check) keys() []cmekpipe.KeyName {
	return append([]cmekpipe.KeyName{f.Database.Key()}, f.Further...)
}

func (f *check) wrap(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return diagnose.Wrap(ctx, opWrite, f.Database.String(), f.Database.Key(), err)
}
