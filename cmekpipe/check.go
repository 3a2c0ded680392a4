package cmekpipe

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// checker checks one configuration, collects its faults and keeps what it parsed. A field is called by the name of
// Beam's flag for it.
type checker struct {
	faults []*Error

	// config is what is checked; nil if only a key is known.
	config *Config

	// typed says that the configuration comes from a Builder, whose types declare the region and require a temp location.
	typed bool

	key                KeyName // not valid if there is no good one
	region             string  // the key's location; else the option region, if that is a region; else ""
	runner             Runner
	projectID          string
	temp, staging      Folder
	templateBucket     string
	templateObjectName string
}

func (c *checker) add(code Code, field, reason, hint string) {
	c.faults = append(c.faults, newFault(code, field, reason, hint))
}

// err returns all faults as one error, or nil if there are none.
func (c *checker) err(op string) error {
	if len(c.faults) == 0 {
		return nil
	}
	return &Error{Op: op, Code: InvalidOptions, Resource: "job options", Err: faultList(c.faults),
		Hint: "fix the options listed; cmekpipe.OptionErrors(err) returns one error per option"}
}

// addName adds what is wrong with a name, and quotes the whole name so that the reader can find it.
func (c *checker) addName(field, name string, f fault) {
	c.add(InvalidName, field, f.reason+", in "+quote(name), f.hint)
}

// checkConfig finds everything that is wrong with a configuration, in the order of the fields.
func (c *checker) checkConfig(cfg Config) {
	c.config = &cfg
	c.checkRunner(cfg.Runner)
	c.checkKey(cfg)
	c.checkProject(cfg.Project)
	c.checkRegion(optionRef{field: "region"}, cfg.Region)
	c.checkTempLocation(cfg)
	c.staging = c.checkFolder("staging_location", cfg.StagingLocation)
	c.checkJobName(cfg.JobName)
	c.checkLabels(cfg.Labels)
	c.checkUpdate(cfg)
	c.checkReviewed(cfg)
	c.checkTemplate(cfg.TemplateLocation)
	c.checkSDKVersion(cfg.SDKVersion)
	c.requirePlain("worker_binary", cfg.WorkerBinary)
	c.requirePlain("sdk_container_image", cfg.SDKContainerImage)
	c.checkEnvironment(cfg)
	c.checkServiceAccount(cfg.ServiceAccountEmail)
	c.checkNetwork(cfg.Network)
	c.checkSubnetwork(optionRef{field: "subnetwork"}, cfg.Subnetwork)
	c.checkWorkers(cfg)
	c.checkPlacement(cfg)
	c.checkItems("experiments", cfg.Experiments)
	c.checkItems("dataflow_service_options", cfg.ServiceOptions)
}

func (c *checker) checkRunner(name string) {
	runner, ok := parseRunner(name)
	if !ok {
		c.requireOneOf("runner", name, texts(Runners())...)
	}
	c.runner = runner
}

func (c *checker) checkProject(id string) {
	const field, hint = "project", "set project to the id of the project that runs the job; list yours: gcloud projects list"
	if id == "" {
		c.add(InvalidOptions, field, "got no project, want the id of one", hint)
	} else if reason := checkProject(id); reason != "" {
		f := fault{reason: reason}
		if fixed := strings.ToLower(strings.Trim(id, quotes+" \t\r\n")); checkProject(fixed) == "" && !isAll(fixed, isDigit) {
			f = f.correctedTo(fixed)
		}
		c.add(InvalidName, field, f.reason, f.or(hint).hint)
	} else if isAll(id, isDigit) {
		c.add(InvalidName, field, "got project number "+id+", want an id",
			"set project to what this prints: gcloud projects describe "+id+" --format='value(projectId)'")
	} else {
		c.projectID = id
	}
}

// checkTempLocation requires a temp location, or a staging location to put it in, as Beam does.
func (c *checker) checkTempLocation(cfg Config) {
	const field = "temp_location"
	switch {
	case cfg.TempLocation != "":
		c.temp = c.checkFolder(field, cfg.TempLocation)
	case c.typed || cfg.StagingLocation == "":
		c.add(InvalidOptions, field, "got no value, want one: Dataflow chooses no temp location for a job with a key",
			"set temp_location to gs://BUCKET/tmp, with a bucket in the job's region")
	}
}

// checkFolder parses a gs:// URL of a folder. It returns the zero Folder for the empty URL and for a bad one.
func (c *checker) checkFolder(field, url string) Folder {
	if url == "" {
		return Folder{}
	}
	folder, f := splitFolder(url)
	if f.reason != "" {
		c.addName(field, url, f)
	}
	return folder
}

func (c *checker) requireOneOf(field, value string, allowed ...string) {
	if value != "" && !slices.Contains(allowed, value) {
		c.add(InvalidOptions, field, "got "+quote(value)+", want one of the values of "+field,
			"use one of "+strings.Join(allowed, ", "))
	}
}

// requirePlain refuses control characters in text that is sent to Dataflow unchanged.
func (c *checker) requirePlain(field string, values ...string) {
	for _, value := range values {
		if !isPlain(value) {
			c.add(InvalidOptions, field, "got control characters or broken UTF-8 in "+quote(value)+", want none",
				"remove them from "+field)
		}
	}
}

func (c *checker) checkImageOverrides(images map[string]string) {
	const field = "sdk_harness_container_image_override"
	for _, pattern := range slices.Sorted(maps.Keys(images)) {
		c.requirePlain(field, images[pattern])
		if _, err := regexp.Compile(pattern); err != nil || pattern == "" || images[pattern] == "" {
			c.add(InvalidOptions, field, "got "+quote(pattern)+" for "+quote(images[pattern])+", want a regular expression and an image",
				`use one such as ".*java.*,gcr.io/PROJECT/IMAGE@sha256:DIGEST"`)
		}
	}
}
