package core_test

import (
	"encoding/json"
	"sync"
	"testing"
	"time"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

const keyName = "projects/bank-keys/locations/us-central1/keyRings/r/cryptoKeys/k"

func key(t *testing.T) cmekpipe.KeyName {
	t.Helper()
	k, err := cmekpipe.ParseKeyName(keyName)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func object(generation int64) core.Entry {
	return core.Entry{Kind: "object", Name: "gs://b/o", Generation: generation}
}

func TestDeleteMarksTheNewestUndeletedEntryOnly(t *testing.T) {
	var l core.Ledger
	gone, later := time.Unix(1, 0), time.Unix(2, 0)
	for _, e := range []core.Entry{object(1), object(2), object(1)} {
		l.Record(e)
	}
	l.Delete("object", "gs://b/o", 1, gone)
	l.Delete("bucket", "gs://b/o", 2, gone)
	l.Delete("object", "gs://b/other", 2, gone)
	got := l.Entries()
	for i, want := range []time.Time{{}, {}, gone} {
		if !got[i].Deleted.Equal(want) {
			t.Errorf("entry %d: got deleted %v, want %v", i, got[i].Deleted, want)
		}
	}
	l.Delete("object", "gs://b/o", 1, later)
	if got := l.Entries(); !got[0].Deleted.Equal(later) || !got[2].Deleted.Equal(gone) {
		t.Errorf("got %v, want the older resource of the name deleted next", got)
	}
}

func TestEntriesAreACopy(t *testing.T) {
	var l core.Ledger
	l.Record(object(1))
	l.Entries()[0].Name = "changed"
	if got := l.Entries()[0].Name; got != "gs://b/o" {
		t.Errorf("got %q, want the ledger unchanged", got)
	}
}

func TestLedgerIsSafeForConcurrentUse(t *testing.T) {
	var l core.Ledger
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			l.Record(object(int64(i)))
			l.Entries()
			l.Delete("object", "gs://b/o", int64(i), time.Unix(1, 0))
		})
	}
	wg.Wait()
	if got := len(l.Entries()); got != 20 {
		t.Errorf("got %d entries, want 20", got)
	}
}

func TestProtectedByPrefersTheVersion(t *testing.T) {
	k := key(t)
	other, err := cmekpipe.ParseKeyName(keyName + "2")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		entry core.Entry
		want  cmekpipe.KeyName
	}{
		{core.Entry{Key: k.Version(3)}, k},
		{core.Entry{Key: k.Version(3), KeyName: other}, k},
		{core.Entry{KeyName: k}, k},
		{core.Entry{}, cmekpipe.KeyName{}},
	} {
		if got := tt.entry.ProtectedBy(); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

func TestEntryOmitsZeroFieldsInJSON(t *testing.T) {
	got, err := json.Marshal(core.Entry{Time: time.Unix(0, 0).UTC(), Service: "storage", Method: "m", Kind: "object", Name: "n", Key: key(t).Version(2)})
	want := `{"time":"1970-01-01T00:00:00Z","service":"storage","method":"m","kind":"object","name":"n","key":"` + keyName + `/cryptoKeyVersions/2"}`
	if err != nil || string(got) != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
}

func TestServiceAgentsDependOnTheProjectAlone(t *testing.T) {
	for _, agent := range []func(string) string{core.StorageAgent, core.DataflowAgent, core.ComputeAgent} {
		if prod, test := agent("bank-prod"), agent("bank-test"); prod == test || agent("bank-prod") != prod {
			t.Errorf("got %s and %s", prod, test)
		}
	}
	if got := core.ProjectNumber("bank-prod"); len(got) != 12 || got[0] == '0' {
		t.Errorf("got project number %s, want twelve digits", got)
	}
}
