package spanner

import (
	"context"
	"slices"
	"strings"

	"cloud.google.com/go/spanner/admin/database/apiv1/databasepb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/refuse"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

// protect returns the versions that encrypt a new database; none if the request names no key.
func (s *store) protect(
	ctx context.Context, project, config string, asked *databasepb.EncryptionConfig,
) (versions []cmekpipe.KeyVersionName, err error) {
	if asked == nil {
		return nil, s.checkPolicies(project, nil)
	}
	names := asked.GetKmsKeyNames()
	if one := asked.GetKmsKeyName(); one != "" {
		if len(names) > 0 && !slices.Equal(names, []string{one}) {
			return nil, refuse.InvalidArgument("Invalid CreateDatabase request: got both kms_key_name and kms_key_names, want one of them")
		}
		names = []string{one}
	}
	if len(names) == 0 {
		return nil, refuse.InvalidArgument("Invalid CreateDatabase request: got an encryption_config without a key")
	}
	for _, name := range names {
		version, err := s.protectWith(ctx, project, config, name, len(names) > 1)
		if err != nil {
			return nil, err
		}
		versions = append(versions, version)
	}
	return versions, s.checkPolicies(project, versions)
}

// checkPolicies refuses a new database that an organization policy forbids.
func (s *store) checkPolicies(project string, versions []cmekpipe.KeyVersionName) error {
	c := core.Creation{Project: project, Service: "spanner.googleapis.com"}
	for _, v := range versions {
		c.Keys = append(c.Keys, v.KeyName())
	}
	return refuse.Violation(s.env.CheckCreation(c))
}

func (s *store) protectWith(ctx context.Context, project, config, name string, several bool) (v cmekpipe.KeyVersionName, err error) {
	key, err := cmekpipe.ParseKeyName(name)
	if err != nil {
		return v, refuse.InvalidArgument("Invalid CreateDatabase request: got KMS key %q, want a CryptoKey's name", name)
	}
	answer := location.ForSpanner(key.Location(), config)
	if answer.Fit == location.Refused || answer.Fit == location.Unsure && location.IsRegion(key.Location()) && !several {
		return v, refuse.InvalidArgument("Invalid CreateDatabase request: KMS key %s is not in a location that instance config %s accepts", name, config)
	}
	if v, err = s.env.Keys.Wrap(ctx, core.SpannerAgent(project), key); err != nil {
		return v, inaccessible()
	}
	return v, nil
}

// usable fails unless the service agent may use every key version that encrypts the database.
func (s *store) usable(ctx context.Context, d *database) error {
	for _, version := range d.versions {
		if s.env.Keys.Unwrap(ctx, core.SpannerAgent(d.project()), version) != nil {
			return inaccessible()
		}
	}
	return nil
}

// project returns the id of the project that owns the database.
func (d *database) project() string {
	return strings.Split(d.name, "/")[1]
}

// config returns the encryption configuration with which the database was created; nil for none.
func (d *database) config() *databasepb.EncryptionConfig {
	switch len(d.versions) {
	case 0:
		return nil
	case 1:
		return &databasepb.EncryptionConfig{KmsKeyName: d.versions[0].KeyName().String()}
	}
	c := &databasepb.EncryptionConfig{}
	for _, v := range d.versions {
		c.KmsKeyNames = append(c.KmsKeyNames, v.KeyName().String())
	}
	return c
}

// info returns the key versions that encrypt the database.
func (d *database) info() (list []*databasepb.EncryptionInfo) {
	if len(d.versions) == 0 {
		return []*databasepb.EncryptionInfo{{EncryptionType: databasepb.EncryptionInfo_GOOGLE_DEFAULT_ENCRYPTION}}
	}
	for _, v := range d.versions {
		list = append(list, &databasepb.EncryptionInfo{
			EncryptionType: databasepb.EncryptionInfo_CUSTOMER_MANAGED_ENCRYPTION, KmsKeyVersion: v.String()})
	}
	return list
}
