package dataflow

import (
	"context"
	"errors"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

// checkKey checks a job's key as the service does when the job starts. It returns the version that encrypts the job's
// data, or the service's text for a key that it can't use. An error means that Cloud KMS did not answer.
func (s *Server) checkKey(ctx context.Context, j *job) (version cmekpipe.KeyVersionName, refusal string, err error) {
	name := j.Environment.ServiceKmsKeyName
	if name == "" {
		return version, "", nil
	}
	key, err := cmekpipe.ParseKeyName(name)
	if err != nil {
		return version, notValidated(name), nil
	}
	if !serves(key, j) {
		return version, wrongLocation(name), nil
	}
	// The Dataflow agent encrypts state in the service, the Compute Engine agent the workers' disks.
	for _, agent := range []string{core.ComputeAgent(j.project), core.DataflowAgent(j.project)} {
		version, err = s.tryKey(ctx, agent, key)
		if refusal, err := refusalOf(err); refusal != "" || err != nil {
			return version, refusal, err
		}
	}
	return version, "", nil
}

// checkPolicies refuses a job that an organization policy forbids: without a key, or with a key of another project. The
// policy for locations does not apply to jobs.
func (s *Server) checkPolicies(c *call, sub submission) error {
	key, _ := cmekpipe.ParseKeyName(sub.Environment.ServiceKmsKeyName) // a job with a malformed one fails when it starts
	if sub.Environment.ServiceKmsKeyName != "" && !key.Valid() {
		return nil
	}
	err := s.env.CheckCreation(core.Creation{Project: c.project, Service: "dataflow.googleapis.com", Keys: []cmekpipe.KeyName{key}})
	if err == nil {
		return nil
	}
	return core.FailedPrecondition(err.Error())
}

// recheckKey checks that the Dataflow agent can still decrypt and encrypt with the key of a running job. It returns ""
// for a usable key, for no key, and while Cloud KMS does not answer.
func (s *Server) recheckKey(ctx context.Context, j *job) (refusal string) {
	if !j.version.Valid() {
		return ""
	}
	agent := core.DataflowAgent(j.project)
	err := s.env.Keys.Unwrap(ctx, agent, j.version)
	if err == nil {
		_, err = s.env.Keys.Wrap(ctx, agent, j.version.KeyName())
	}
	refusal, _ = refusalOf(err)
	return refusal
}

// tryKey checks that an agent can encrypt and decrypt with the key.
func (s *Server) tryKey(ctx context.Context, agent string, key cmekpipe.KeyName) (cmekpipe.KeyVersionName, error) {
	version, err := s.env.Keys.Wrap(ctx, agent, key)
	if err != nil {
		return version, err
	}
	return version, s.env.Keys.Unwrap(ctx, agent, version)
}

// serves reports whether the key may encrypt data of the job and its workers, by their regions. An unknown location is
// accepted.
func serves(key cmekpipe.KeyName, j *job) bool {
	regions := []string{j.region}
	if region := j.Environment.WorkerRegion; region != "" {
		regions = append(regions, region)
	}
	if region, ok := location.RegionOfZone(j.Environment.WorkerZone); ok {
		regions = append(regions, region)
	}
	for _, region := range regions {
		if location.ForDataflow(key.Location(), region).Fit == location.Refused {
			return false
		}
	}
	return true
}

// refusalOf converts a refusal of Cloud KMS to the service's text. It returns any other error.
func refusalOf(err error) (refusal string, other error) {
	if refused, ok := errors.AsType[*core.KeyError](err); ok {
		return notValidated(refused.Message), nil
	}
	return "", err
}

// notValidated is the service's text for an unusable key: subject is the key's name or the message of Cloud KMS.
func notValidated(subject string) string {
	return "Workflow failed. Causes: Cloud KMS key " + subject + " cannot be validated."
}

// wrongLocation is the service's text for a key in another location than the job.
func wrongLocation(key string) string {
	return "Workflow failed. Causes: Cloud KMS key " + key + " can't protect resources for this job. " +
		"Make sure the region of the KMS key matches the Dataflow region."
}
