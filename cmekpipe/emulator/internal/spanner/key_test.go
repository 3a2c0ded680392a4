package spanner_test

import (
	"testing"
	"time"

	"cloud.google.com/go/spanner"
	"google.golang.org/grpc/codes"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

func put(t *testing.T, client *spanner.Client) error {
	t.Helper()
	m := spanner.InsertOrUpdate("Entries", []string{"ID"}, []any{int64(1)})
	_, err := client.Apply(t.Context(), []*spanner.Mutation{m}, spanner.ApplyAtLeastOnce())
	return err
}

// A database with several keys needs all of them, because each replica is encrypted with one.
func TestRowsNeedEveryKeyOfTheDatabase(t *testing.T) {
	w := newWorld(t)
	wide := project + "/instances/wide"
	w.CreateSpannerInstance(wide, "nam3")
	keys := []cmekpipe.KeyName{w.key, w.CreateKey("us-east1", "east"), w.CreateKey("us-east4", "east4")}
	r := request(keys[0].String(), keys[1].String(), keys[2].String())
	r.Parent, r.ExtraStatements = wide, []string{entries}
	if _, err := w.create(r); err != nil {
		t.Fatal(err)
	}
	client := w.rowsOf(wide + "/databases/ledger")
	require(t, put(t, client), codes.OK, "")
	for _, key := range keys {
		t.Run(key.Location(), func(t *testing.T) {
			w.DisableKey(key)
			require(t, put(t, client), codes.FailedPrecondition, inaccessible)
			_, err := count(t, client)
			require(t, err, codes.FailedPrecondition, inaccessible)
			w.EnableKey(key)
			require(t, put(t, client), codes.OK, "")
		})
	}
	w.RequireEncrypted(t, keys...)
}

// A database keeps the version that it was created with.
func TestDatabaseKeepsItsVersion(t *testing.T) {
	w, client := withDatabase(t)
	w.RotateKey(w.key)
	require(t, put(t, client), codes.OK, "")
	made := w.alive("database")
	if len(made) != 1 || made[0].Key != w.key.Version(1) || !made[0].KeyAsked {
		t.Errorf("got %+v, want the database with version 1, asked for", made)
	}
	found, err := w.getDatabase(ledger)
	if err != nil || len(found.GetEncryptionInfo()) != 1 || found.GetEncryptionInfo()[0].GetKmsKeyVersion() != w.key.Version(1).String() {
		t.Errorf("got %v and %v, want version 1", found.GetEncryptionInfo(), err)
	}
	w.DestroyKey(w.key)
	w.Advance(40 * 24 * time.Hour)
	w.RotateKey(w.key) // a new version doesn't decrypt data of the old one
	require(t, put(t, client), codes.FailedPrecondition, inaccessible)
}

func TestQueriesNeedTheKey(t *testing.T) {
	w, client := withDatabase(t)
	query := func() error {
		return client.Single().Query(t.Context(), spanner.Statement{SQL: "SELECT ID FROM Entries"}).Do(func(*spanner.Row) error { return nil })
	}
	require(t, query(), codes.OK, "")
	w.DenyKey(w.key, emulator.Spanner)
	require(t, query(), codes.FailedPrecondition, inaccessible)
	if _, err := w.getDatabase(ledger); err != nil { // needs no key
		t.Errorf("got %v, want the database", err)
	}
}

func TestDatabaseWithoutAKeyIsRecordedWithoutOne(t *testing.T) {
	w := newWorld(t)
	if _, err := w.create(request()); err != nil {
		t.Fatal(err)
	}
	made := w.alive("database")
	if len(made) != 1 || made[0].Name != ledger || made[0].ProtectedBy().Valid() || made[0].KeyAsked {
		t.Errorf("got %+v, want one database without a key", made)
	}
}
