package spanner_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/spanner"
	"google.golang.org/api/iterator"
	"google.golang.org/grpc/codes"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

func count(t *testing.T, client *spanner.Client) (n int, err error) {
	t.Helper()
	it := client.Single().Read(t.Context(), "Entries", spanner.AllKeys(), []string{"ID"})
	defer it.Stop()
	for ; ; n++ {
		if _, err := it.Next(); errors.Is(err, iterator.Done) {
			return n, nil
		} else if err != nil {
			return n, err
		}
	}
}

func TestCommitAppliesAllMutationsOrNone(t *testing.T) {
	_, client := withDatabase(t)
	put := func(table string, columns []string, values ...any) *spanner.Mutation {
		return spanner.InsertOrUpdate(table, columns, values)
	}
	id, note := []string{"ID"}, []string{"ID", "Note"}
	good := put("Entries", note, int64(1), "note")
	if _, err := client.Apply(t.Context(), []*spanner.Mutation{good}); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		m    *spanner.Mutation
		want codes.Code
		text string
	}{
		{"no table", put("None", id, int64(3)), codes.NotFound, "Table not found: None"},
		{"no column", put("Entries", []string{"ID", "None"}, int64(3), "x"), codes.NotFound, "Column not found in table Entries: None"},
		{"column twice", put("Entries", []string{"ID", "id"}, int64(3), int64(3)), codes.InvalidArgument, "Multiple values for column id"},
		{"no key", put("Entries", []string{"Note"}, "x"), codes.FailedPrecondition, "ID must not be NULL in table Entries."},
		{"null key", put("Entries", id, spanner.NullInt64{}), codes.FailedPrecondition, "ID must not be NULL in table Entries."},
		{"wrong type", put("Entries", note, int64(3), true), codes.FailedPrecondition, "Invalid value for column Note in table Entries: Expected STRING(8)."},
		{"too long", put("Entries", note, int64(3), "123456789"), codes.FailedPrecondition, "Entries.Note, size: 9, limit: 8."},
		{"no parent", put("Lines", []string{"ID", "N"}, int64(9), int64(1)), codes.NotFound, "Parent row"},
		{"there already", spanner.Insert("Entries", note, []any{int64(1), "x"}), codes.AlreadyExists, "Entries"},
		{"not there", spanner.Update("Entries", note, []any{int64(9), "x"}), codes.NotFound, "Entries"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := client.Apply(t.Context(), []*spanner.Mutation{put("Entries", id, int64(2)), tt.m}, spanner.ApplyAtLeastOnce())
			require(t, err, tt.want, tt.text)
			if n, err := count(t, client); err != nil || n != 1 {
				t.Errorf("got %d rows and %v, want the first alone", n, err)
			}
		})
	}
}

func TestRowsNeedTheKeyEachTime(t *testing.T) {
	w, client := withDatabase(t)
	write := func() error {
		m := spanner.InsertOrUpdate("Entries", []string{"ID"}, []any{int64(1)})
		_, err := client.Apply(t.Context(), []*spanner.Mutation{m}, spanner.ApplyAtLeastOnce())
		return err
	}
	require(t, write(), codes.OK, "")
	for name, change := range map[string][2]func(){
		"disabled":  {func() { w.DisableKey(w.key) }, func() { w.EnableKey(w.key) }},
		"denied":    {func() { w.DenyKey(w.key, emulator.Spanner) }, func() { w.GrantKey(w.key, emulator.Spanner) }},
		"scheduled": {func() { w.DestroyKey(w.key) }, func() { w.EnableKey(w.key) }},
	} {
		t.Run(name, func(t *testing.T) {
			change[0]()
			require(t, write(), codes.FailedPrecondition, inaccessible)
			_, err := count(t, client)
			require(t, err, codes.FailedPrecondition, inaccessible)
			change[1]()
			require(t, write(), codes.OK, "")
		})
	}
	w.RequireEncrypted(t, w.key)
}

func TestQueriesAreAnsweredOrRefused(t *testing.T) {
	_, client := withDatabase(t)
	for _, tt := range []struct {
		sql  string
		want codes.Code
		text string
	}{
		{"SELECT ID FROM Entries WHERE ID > 1 AND Note = 'x'", codes.OK, ""},
		{"SELEC", codes.InvalidArgument, "Syntax error"},
		{"SELECT ID FROM Entries TABLESAMPLE BERNOULLI (10 PERCENT) PIVOT x", codes.Unimplemented, "no parser for this statement"},
		{"WITH e AS (SELECT ID FROM Entries) SELECT ID FROM e", codes.Unimplemented, "no parser for this statement"},
		{"SELECT ID FROM None", codes.InvalidArgument, "Table not found: None"},
		{"SELECT None FROM Entries", codes.InvalidArgument, "Unrecognized name: None"},
		{"SELECT ID FROM Entries WHERE None = 1", codes.InvalidArgument, "Unrecognized name: None"},
		{"SELECT ID FROM Entries ORDER BY ID", codes.Unimplemented, "the loopback Spanner has no queries but"},
		{"SELECT ID FROM Entries WHERE ID = 1 OR ID = 2", codes.Unimplemented, "OR and NOT"},
	} {
		t.Run(tt.sql, func(t *testing.T) {
			err := client.Single().Query(t.Context(), spanner.Statement{SQL: tt.sql}).Do(func(*spanner.Row) error { return nil })
			require(t, err, tt.want, strings.TrimSpace(tt.text))
		})
	}
}

func TestSingleUseReadHasItsTimestamp(t *testing.T) {
	_, client := withDatabase(t)
	tx := client.Single()
	it := tx.Read(t.Context(), "Entries", spanner.AllKeys(), []string{"ID"})
	defer it.Stop()
	if _, err := it.Next(); !errors.Is(err, iterator.Done) {
		t.Fatal(err)
	}
	if at, err := tx.Timestamp(); err != nil || time.Since(at).Abs() > time.Hour {
		t.Errorf("got %v, %v, want the time of the read", at, err)
	}
}

func TestCommitTimestampIsNotInTheFuture(t *testing.T) {
	_, client := withDatabase(t)
	for i, tt := range []struct {
		at   time.Time
		want codes.Code
	}{
		{spanner.CommitTimestamp, codes.OK}, {time.Now().Add(-time.Hour), codes.OK}, {time.Now().Add(time.Hour), codes.FailedPrecondition},
	} {
		m := spanner.InsertOrUpdate("Entries", []string{"ID", "Made"}, []any{int64(i), tt.at})
		_, err := client.Apply(t.Context(), []*spanner.Mutation{m})
		if spanner.ErrCode(err) != tt.want {
			t.Errorf("time %v: got %v, want %s", tt.at, err, tt.want)
		}
	}
}

func TestFaultsMatchTheCalls(t *testing.T) {
	w, client := withDatabase(t)
	for method, call := range map[string]func() error{
		"spanner.databases.get": func() error { _, err := w.getDatabase(ledger); return err },
		"spanner.sessions.commit": func() error {
			m := spanner.InsertOrUpdate("Entries", []string{"ID"}, []any{int64(1)})
			_, err := client.Apply(t.Context(), []*spanner.Mutation{m}, spanner.ApplyAtLeastOnce())
			return err
		},
		"spanner.sessions.streamingRead": func() error { _, err := count(t, client); return err },
	} {
		t.Run(method, func(t *testing.T) {
			remove := w.Inject(emulator.Fault{Method: emulator.Method(method), Resource: ledger, Code: codes.PermissionDenied})
			require(t, call(), codes.PermissionDenied, "fault")
			remove()
			require(t, call(), codes.OK, "")
		})
	}
}
