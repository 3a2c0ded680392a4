package gcs

import (
	"context"
	"errors"
	"net/http"
	"strings"

	raw "google.golang.org/api/storage/v1"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/gcs/store"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

// fullyRestricted is the mode of an enforcement that forbids one way of encryption for new objects.
const fullyRestricted = "FullyRestricted"

// protect returns a function that chooses the key of a new object: asked, the key that the call names, else the
// bucket's default key, else none.
func (s *Server) protect(ctx context.Context, asked string) func(*store.Bucket) (cmekpipe.KeyVersionName, error) {
	return func(b *store.Bucket) (cmekpipe.KeyVersionName, error) {
		key := b.DefaultKey
		if asked != "" {
			var err error
			if key, err = parseKey(asked); err != nil {
				return cmekpipe.KeyVersionName{}, err
			}
		}
		if err := s.checkPolicies(b, "", key); err != nil {
			return cmekpipe.KeyVersionName{}, err
		}
		if err := enforce(b, key.Valid()); err != nil || !key.Valid() {
			return cmekpipe.KeyVersionName{}, err
		}
		return s.wrap(ctx, b, key)
	}
}

// keepKey returns a function that keeps the key version of a moved object.
func keepKey(version cmekpipe.KeyVersionName) func(*store.Bucket) (cmekpipe.KeyVersionName, error) {
	return func(b *store.Bucket) (cmekpipe.KeyVersionName, error) { return version, enforce(b, version.Valid()) }
}

// wrap returns the version that encrypts new data in a bucket if the project's service agent may use the key.
func (s *Server) wrap(ctx context.Context, b *store.Bucket, key cmekpipe.KeyName) (cmekpipe.KeyVersionName, error) {
	if location.ForBucket(key.Location(), b.Attrs.Location).Fit == location.Refused {
		return cmekpipe.KeyVersionName{}, keyElsewhere(key.Location(), b.Attrs.Location)
	}
	version, err := s.env.Keys.Wrap(ctx, core.StorageAgent(b.Project), key)
	return version, keyRefusal(err, noEncryptionKey)
}

// unwrap refuses to read an object whose key can't be used. An object without a key is always readable.
func (s *Server) unwrap(ctx context.Context, o *store.Object) error {
	if !o.Key.Valid() {
		return nil
	}
	b, err := s.store.Bucket(o.Bucket)
	if err != nil {
		return err
	}
	err = s.env.Keys.Unwrap(ctx, core.StorageAgent(b.Project), o.Key)
	return keyRefusal(err, noDecryptionKey)
}

// parseKey parses the name of a key. It refuses the name of a version.
func parseKey(name string) (cmekpipe.KeyName, error) {
	key, err := cmekpipe.ParseKeyName(name)
	if err != nil {
		return key, badKey(name)
	}
	return key, nil
}

// keyInResource refuses a key in the body of a call, because a parameter of the call names it.
func keyInResource(parameter string) error {
	return invalid("The kmsKeyName of an object resource can't be set; use the parameter %s of the call.", parameter)
}

// enforce refuses a new object that a bucket's configuration forbids. Google's text is not public; this one is ours.
func enforce(b *store.Bucket, customerManaged bool) error {
	e := b.Attrs.Encryption
	if e == nil {
		return nil
	}
	google, customer := e.GoogleManagedEncryptionEnforcementConfig, e.CustomerManagedEncryptionEnforcementConfig
	if !customerManaged && google != nil && google.RestrictionMode == fullyRestricted {
		return restricted("Google-managed", "name a Cloud KMS key")
	}
	if customerManaged && customer != nil && customer.RestrictionMode == fullyRestricted {
		return restricted("customer-managed", "name no Cloud KMS key")
	}
	return nil
}

func restricted(encryption, remedy string) error {
	return core.Refusal(http.StatusPreconditionFailed, "conditionNotMet",
		"The bucket's encryption enforcement configuration forbids new objects under "+encryption+" encryption; "+
			remedy+".")
}

// setDefaultKey checks the new default key of a bucket as it checks the keys of objects.
func (s *Server) setDefaultKey(ctx context.Context, b *store.Bucket) (err error) {
	b.DefaultKey = cmekpipe.KeyName{}
	if b.Attrs.Encryption == nil || b.Attrs.Encryption.DefaultKmsKeyName == "" {
		return nil
	}
	if b.DefaultKey, err = parseKey(b.Attrs.Encryption.DefaultKmsKeyName); err != nil {
		return err
	}
	_, err = s.wrap(ctx, b, b.DefaultKey)
	return err
}

// checkPolicies refuses a new bucket, or an object in a bucket, that an organization policy forbids. Objects have no
// location of their own.
func (s *Server) checkPolicies(b *store.Bucket, place string, key cmekpipe.KeyName) error {
	err := s.env.CheckCreation(core.Creation{Project: b.Project, Service: "storage.googleapis.com", Location: strings.ToLower(place), Keys: []cmekpipe.KeyName{key}})
	v, ok := errors.AsType[*core.Violation](err)
	if !ok {
		return err
	}
	text := "Request violates constraint 'constraints/" + v.Constraint + "'"
	if v.Constraint == core.ResourceLocations {
		text = "'" + strings.ToLower(place) + "' violates constraint 'constraints/" + v.Constraint + "'"
	}
	return core.Refusal(http.StatusPreconditionFailed, "conditionNotMet", text)
}

// restriction is one of a bucket's enforcement configurations.
type restriction struct{ mode, effective *string }

func restrictions(e *raw.BucketEncryption) []restriction {
	var all []restriction
	if e == nil {
		return nil
	}
	if c := e.GoogleManagedEncryptionEnforcementConfig; c != nil {
		all = append(all, restriction{&c.RestrictionMode, &c.EffectiveTime})
	}
	if c := e.CustomerManagedEncryptionEnforcementConfig; c != nil {
		all = append(all, restriction{&c.RestrictionMode, &c.EffectiveTime})
	}
	if c := e.CustomerSuppliedEncryptionEnforcementConfig; c != nil {
		all = append(all, restriction{&c.RestrictionMode, &c.EffectiveTime})
	}
	return all
}

// checkRestrictions completes the enforcement configurations of a request.
func checkRestrictions(e *raw.BucketEncryption, now string) error {
	for _, r := range restrictions(e) {
		switch *r.mode {
		case "":
			*r.mode = "NotRestricted"
		case "NotRestricted", fullyRestricted:
		default:
			return invalid("Invalid restrictionMode: got %q, want NotRestricted or FullyRestricted", *r.mode)
		}
		if *r.effective == "" {
			*r.effective = now
		}
	}
	return nil
}
