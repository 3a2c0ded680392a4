package datastoreio

import (
	"errors"
	"strings"
	"testing"

	"google.golang.org/api/firestore/v1"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// The loopback's databases always agree with themselves. Google's need not: a rotation may be under way.
func TestCompareChecksTheKeyAndEachActiveVersion(t *testing.T) {
	const (
		name  = "projects/bank-keys/locations/us-central1/keyRings/prod/cryptoKeys/records"
		other = name + "2" // a prefix is no match
	)
	key, err := cmekpipe.ParseKeyName(name)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, key string
		versions  []string
		mode      string
		want      cmekpipe.Code
		text      string
	}{
		{"the key", name, []string{name + "/cryptoKeyVersions/2", name + "/cryptoKeyVersions/1"}, datastoreMode, "", ""},
		{"a version of the key as its name", name + "/cryptoKeyVersions/2", nil, datastoreMode, "", ""},
		{"no version yet", name, nil, datastoreMode, "", ""},
		{"no key", "", nil, datastoreMode, cmekpipe.KeyMissing, "got no Cloud KMS key"},
		{"another key", other, nil, datastoreMode, cmekpipe.KeyMismatch, other},
		{"another key that says it uses ours", other, []string{name + "/cryptoKeyVersions/1"}, datastoreMode, cmekpipe.KeyMismatch, other},
		{"no key name", "records", nil, datastoreMode, cmekpipe.KeyMismatch, "not the name of a key"},
		{"a version of another key", name, []string{name + "/cryptoKeyVersions/1", other + "/cryptoKeyVersions/1"}, datastoreMode,
			cmekpipe.KeyMismatch, "got key " + other},
		{"native mode", name, nil, "FIRESTORE_NATIVE", cmekpipe.PreconditionFailed, "FIRESTORE_NATIVE"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := &writer{Op: opWrite, Database: key.MustDatastoreDatabase("projects/bank-prod/databases/ledger")}
			err := w.compare(&firestore.GoogleFirestoreAdminV1Database{Type: tt.mode,
				CmekConfig: &firestore.GoogleFirestoreAdminV1CmekConfig{KmsKeyName: tt.key, ActiveKeyVersion: tt.versions}})
			if tt.want == "" {
				if err != nil {
					t.Errorf("got %v, want no error", err)
				}
				return
			}
			e, ok := errors.AsType[*cmekpipe.Error](err)
			if !ok || e.Code != tt.want || e.Hint == "" || e.Resource != w.Database.String() || !strings.Contains(err.Error(), tt.text) {
				t.Errorf("got %v, want code %v about the database, with %q", err, tt.want, tt.text)
			}
		})
	}
}
