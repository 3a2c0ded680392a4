package healthcare

import (
	"context"
	"errors"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

// takeKey reads the key of a dataset that is to be made and proves that it can be used; "" stands for none.
func (s *Server) takeKey(c *call, name string) (cmekpipe.KeyName, error) {
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

// protect returns the version that new data of a dataset rests under, if data may go in and out.
func (s *Server) protect(ctx context.Context, d *dataset) (cmekpipe.KeyVersionName, error) {
	if !d.key.Valid() {
		return cmekpipe.KeyVersionName{}, nil
	}
	return s.tryKey(ctx, d.project, d.key)
}

// tryKey proves that the agent of a project can encrypt with the key and read it back.
func (s *Server) tryKey(ctx context.Context, project string, key cmekpipe.KeyName) (cmekpipe.KeyVersionName, error) {
	agent := core.HealthcareAgent(project)
	version, err := s.env.Keys.Wrap(ctx, agent, key)
	if err == nil {
		err = s.env.Keys.Unwrap(ctx, agent, version)
	}
	return version, keyRefusal(err)
}

// keyRefusal passes Cloud KMS's refusal on.
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
