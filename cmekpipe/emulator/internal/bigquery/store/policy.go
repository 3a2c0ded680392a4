package store

import (
	"errors"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// service is BigQuery's name in organization policies.
const service = "bigquery.googleapis.com"

// CheckPolicy refuses a job that names no key where an organization policy demands one and the project has no default key.
// Source: https://docs.cloud.google.com/bigquery/docs/customer-managed-encryption.
func (s *Store) CheckPolicy(project, place, key string) error {
	if key != "" || s.Limits(place).projectKey(place).Valid() {
		return nil
	}
	err := s.env.CheckCreation(core.Creation{Project: project, Service: service})
	if v, ok := errors.AsType[*core.Violation](err); ok && v.Constraint == core.RestrictNonCMEKServices {
		return Refuse(PreCondition, "Your administrator requires that you specify an encryption key for queries in project %s.",
			project)
	}
	return err
}

// checkPolicies refuses new data that an organization policy forbids.
func (s *Store) checkPolicies(project, place string, key cmekpipe.KeyName) error {
	return violation(s.env.CheckCreation(core.Creation{Project: project, Service: service, Location: place, Keys: []cmekpipe.KeyName{key}}))
}

// checkPlace refuses a location that an organization policy forbids. A dataset needs no key, because its tables may have one.
func (s *Store) checkPlace(project, place string) error {
	c := s.env.Constraints
	if c == nil || c.Allows(project, core.ResourceLocations, strings.ToLower(place)) {
		return nil
	}
	return violation(core.Violated(core.ResourceLocations, project, "to create a dataset in ["+place+"]"))
}

func violation(err error) error {
	if v, ok := errors.AsType[*core.Violation](err); ok {
		return Refuse(PreCondition, "%s", v.Message)
	}
	return err
}
