package healthcare

import (
	"context"
	"errors"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

// requestedKey reads the key of a new dataset and checks that it can be used; "" means none.
func (s *Server) requestedKey(c *call, name string) (cmekpipe.KeyName, error) {
	if name == "" {
		return cmekpipe.KeyName{}, nil
	}
	key, err := cmekpipe.ParseKeyName(name)
	if err != nil {
		return key, core.BadRequest("got encryptionSpec.kmsKeyName " + name + ", want the name of a key")
	}
	if location.ForHealthcare(key.Location(), c.location).Fit == location.Refused {
		return key, core.BadRequest("got key " + name + ", want one in location " + c.location + ", where the dataset is. " +
			"Cloud KMS key location not allowed.")
	}
	_, err = s.tryKey(c.ctx, c.project, key)
	return key, err
}

// protect returns the version that encrypts new data of a dataset, if its key can be used.
func (s *Server) protect(ctx context.Context, d *dataset) (cmekpipe.KeyVersionName, error) {
	if !d.key.Valid() {
		return cmekpipe.KeyVersionName{}, nil
	}
	return s.tryKey(ctx, d.project, d.key)
}

// tryKey checks that the service agent of a project can encrypt and decrypt with the key.
func (s *Server) tryKey(ctx context.Context, project string, key cmekpipe.KeyName) (cmekpipe.KeyVersionName, error) {
	agent := core.HealthcareAgent(project)
	version, err := s.env.Keys.Wrap(ctx, agent, key)
	if err == nil {
		err = s.env.Keys.Unwrap(ctx, agent, version)
	}
	return version, keyRefusal(err)
}

// keyRefusal converts a refusal of Cloud KMS to an error of this API.
func keyRefusal(err error) error {
	e, ok := errors.AsType[*core.KeyError](err)
	if !ok {
		return err
	}
	switch e.Reason {
	case core.KeyDenied, core.KeyNotFound:
		return core.Forbidden(e.Message)
	}
	return core.FailedPrecondition(e.Message)
}
