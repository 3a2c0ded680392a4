package spannerio

import (
	"context"
	"errors"
	"slices"
	"strings"

	database "cloud.google.com/go/spanner/admin/database/apiv1"
	"cloud.google.com/go/spanner/admin/database/apiv1/databasepb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/spannerclient"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/keycause"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// verifyFn looks whether a database rests under its keys, and may create it, where there may be no row to be written.
type verifyFn struct {
	Check check
}

// ProcessElement takes the impulse.
func (f *verifyFn) ProcessElement(ctx context.Context, _ []byte) error { return f.Check.run(ctx) }

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

// run looks at the database, which it may create. An error means that nothing may be written.
func (f *check) run(ctx context.Context) error {
	client, err := spannerclient.Databases(ctx)
	if err != nil {
		return f.wrap(ctx, err)
	}
	defer client.Close()
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

// verify compares the keys that the database rests under with those that it should rest under.
func (f *check) verify(found *databasepb.Database) error {
	got := spannerclient.Keys(found)
	if len(got) == 0 {
		return f.refusal(cmekpipe.KeyMissing, "rests under no customer-managed key")
	}
	want := map[string]bool{}
	for _, key := range f.keys() {
		want[key.String()] = true
	}
	others := slices.ContainsFunc(got, func(name string) bool { return !want[name] })
	if others || len(got) != len(want) {
		return f.refusal(cmekpipe.KeyMismatch, "rests under "+strings.Join(got, " and "))
	}
	for _, info := range found.GetEncryptionInfo() {
		if info.GetEncryptionType() == databasepb.EncryptionInfo_GOOGLE_DEFAULT_ENCRYPTION {
			return f.refusal(cmekpipe.KeyMissing, "reports Google's default encryption")
		}
		key, err := cmekpipe.ParseKeyOrVersion(info.GetKmsKeyVersion())
		if info.GetKmsKeyVersion() != "" && (err != nil || !want[key.String()]) {
			return f.refusal(cmekpipe.KeyMismatch, "reports key version "+info.GetKmsKeyVersion())
		}
	}
	return nil
}

// keys returns all keys that the database should rest under.
func (f *check) keys() []cmekpipe.KeyName {
	return append([]cmekpipe.KeyName{f.Database.Key()}, f.Further...)
}

func (f *check) refusal(code cmekpipe.Code, got string) error {
	names := make([]string, 0, 1+len(f.Further))
	for _, key := range f.keys() {
		names = append(names, key.String())
	}
	return &cmekpipe.Error{Op: opWrite, Code: code, Resource: f.Database.String(),
		Hint: "mint the database with the key that it rests under, or write to a new one; Spanner never changes a database's key",
		Err:  errors.New(got + ", want " + strings.Join(names, " and "))}
}

func (f *check) wrap(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return keycause.Wrap(ctx, opWrite, f.Database.String(), f.Database.Key(), err)
}
