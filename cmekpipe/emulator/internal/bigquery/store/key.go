package store

import (
	"context"
	"errors"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

// mismatch is what BigQuery says to a job or insert that names another key than the table has. Source:
// https://docs.cloud.google.com/bigquery/docs/customer-managed-encryption.
const mismatch = "Existing table encryption settings don't match encryption settings specified in the request"

// ParseKey parses the name of a key in a call; "" is no key. The name of a key version is refused.
func ParseKey(name string) (cmekpipe.KeyName, error) {
	if name == "" {
		return cmekpipe.KeyName{}, nil
	}
	key, err := cmekpipe.ParseKeyName(name)
	if err != nil {
		hint := ""
		if strings.Contains(name, "/cryptoKeyVersions/") {
			hint = ". A key version can't be named"
		}
		return key, invalid("Invalid KMS key name: %q, want projects/P/locations/L/keyRings/R/cryptoKeys/K%s", name, hint)
	}
	return key, nil
}

// wrap returns the key version that encrypts new data of a project in a location, if BigQuery may encrypt with the key.
func (s *Store) wrap(project, place string, key cmekpipe.KeyName) (cmekpipe.KeyVersionName, error) {
	if location.ForDataset(key.Location(), place).Fit == location.Refused {
		return cmekpipe.KeyVersionName{}, invalid(
			"This region is not supported: the key %s can't protect data in %s", key, place)
	}
	agent := core.BigQueryAgent(project)
	version, err := s.env.Keys.Wrap(context.Background(), agent, key)
	return version, keyRefusal(err, agent)
}

// unwrap returns an error if BigQuery, as the account of the project that owns the data, may not decrypt with a key
// version. Data without a customer's key can always be read.
func (s *Store) unwrap(project string, version cmekpipe.KeyVersionName) error {
	if !version.Valid() {
		return nil
	}
	agent := core.BigQueryAgent(project)
	return keyRefusal(s.env.Keys.Unwrap(context.Background(), agent, version), agent)
}

// keyRefusal words Cloud KMS's refusal as BigQuery passes it on.
func keyRefusal(err error, agent string) error {
	if err == nil {
		return nil
	}
	e, ok := errors.AsType[*core.KeyError](err)
	if !ok {
		return err
	}
	switch e.Reason {
	case core.KeyDenied, core.KeyNotFound:
		return Refuse(AccessDenied, "Access Denied: BigQuery BigQuery: Cloud KMS Error: %s Please grant Cloud KMS CryptoKey "+
			"Encrypter/Decrypter role to BigQuery service account: %s", e.Message, agent)
	case core.KeyNotEnabled:
		return invalid("Cloud KMS Error: %s", e.Message)
	}
	return invalid("Cloud KMS Error: %s", e.Message)
}

// keyFor returns the key version that encrypts a new table: of the key that the call names, else of the dataset's
// default key, else of the project's, else none.
func (s *Store) keyFor(d *dataset, asked cmekpipe.KeyName) (cmekpipe.KeyVersionName, error) {
	key := asked
	if !key.Valid() {
		key = d.DefaultKey
	}
	if !key.Valid() {
		key = s.limits.projectKey(d.Location())
	}
	if err := s.checkPolicies(d.Ref.Project, "", key); err != nil || !key.Valid() {
		return cmekpipe.KeyVersionName{}, err
	}
	return s.wrap(d.Ref.Project, d.Location(), key)
}
