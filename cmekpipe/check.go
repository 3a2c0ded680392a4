package cmekpipe

import (
	"errors"
	"slices"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

// checker gathers the faults of one configuration. A field is called by the name of Beam's flag for it.
type checker struct {
	faults []*Error
	key    KeyName // not valid when there is no good one
	region string  // the key's location; "" when there is no good key
}

func (c *checker) add(code Code, field, reason, hint string) {
	c.faults = append(c.faults, newFault(code, field, reason, hint))
}

func newFault(code Code, field, reason, hint string) *Error {
	return &Error{Code: code, Resource: field, Hint: hint, Err: errors.New(reason)}
}

// error returns all faults as one error, or nil if there are none.
func (c *checker) error(op string) error {
	if len(c.faults) == 0 {
		return nil
	}
	return &Error{Op: op, Code: InvalidOptions, Resource: "job options", Err: faultList(c.faults),
		Hint: "mend each option that is named; cmekpipe.Faults lists them"}
}

// refuse adds what is wrong with a name, and the whole name for the reader to find it by.
func (c *checker) refuse(field, name string, f fault) {
	c.add(InvalidName, field, f.reason+", in "+quote(name), f.hint)
}

// config finds everything that is wrong with a configuration, in the order of the fields.
func (c *checker) config(cfg Config) {
	c.oneOf("runner", cfg.Runner, runners()...)
	c.jobKey(cfg.Key)
	c.project(cfg.Project)
	c.regionIs("region", cfg.Region)
	c.tempLocation(cfg.TempLocation)
	c.path("staging_location", cfg.StagingLocation)
	c.jobName(cfg.JobName)
	c.labels(cfg.Labels)
	c.update(cfg)
	c.template(cfg)
	c.sdkVersion(cfg.SDKVersion)
	c.plain("worker_binary", cfg.WorkerBinary)
	c.plain("sdk_container_image", cfg.SDKContainerImage)
	c.environment(cfg)
	c.serviceAccount(cfg.ServiceAccountEmail)
	c.plain("network", cfg.Network)
	c.subnetwork("subnetwork", cfg.Subnetwork)
	c.workers(cfg)
	c.placement(cfg)
	c.items("experiments", cfg.Experiments)
	c.items("dataflow_service_options", cfg.ServiceOptions)
}

// jobKey also holds the rule that Dataflow takes regional keys only.
// Source: https://docs.cloud.google.com/dataflow/docs/guides/customer-managed-encryption-keys.
func (c *checker) jobKey(name string) {
	const field = "dataflow_kms_key"
	if name == "" {
		c.add(KeyMissing, field, "got no key, want one in the region where the job is to run", keyNameForm)
		return
	}
	k, f := splitKeyName(name)
	if f.reason != "" {
		c.refuse(field, name, f)
		return
	}
	if !location.IsRegion(k.Location()) {
		c.add(LocationMismatch, field,
			"got a key in "+quote(k.Location())+", want one in a single region: Dataflow takes no other, in "+quote(name),
			"create a key ring in the region where the job is to run")
		return
	}
	c.key, c.region = k, k.Location()
}

func (c *checker) project(id string) {
	const field, hint = "project", "use the id of the project that runs the job"
	if id == "" {
		c.add(InvalidOptions, field, "got no project, want the id of one", hint)
	} else if reason := checkProject(id); reason != "" {
		c.add(InvalidName, field, reason, hint)
	} else if isAll(id, isDigit) {
		c.add(InvalidName, field, "got project number "+id+", want an id", hint)
	}
}

func (c *checker) tempLocation(url string) {
	if url == "" {
		c.add(InvalidOptions, "temp_location", "got no value, want one: with a key Dataflow makes no default path",
			"set gs://BUCKET/NAME in the job's region")
	}
	c.path("temp_location", url)
}

func (c *checker) path(field, url string) {
	if url == "" {
		return
	}
	_, prefix, f := splitURL(url)
	if prefix = strings.TrimRight(prefix, "/"); f.reason == "" && prefix != "" {
		f = checkObjectName(prefix)
	}
	if f.reason != "" {
		c.refuse(field, url, f)
	}
}

func (c *checker) oneOf(field, value string, allowed ...string) {
	if value != "" && !slices.Contains(allowed, value) {
		c.add(InvalidOptions, field, "got "+quote(value)+", want a value that is known",
			"use one of "+strings.Join(allowed, ", "))
	}
}

// plain holds text that goes to Dataflow as it is.
func (c *checker) plain(field string, values ...string) {
	for _, value := range values {
		if !isPlain(value) {
			c.add(InvalidOptions, field, "got control characters or broken UTF-8 in "+quote(value)+", want none",
				"take them out")
		}
	}
}
