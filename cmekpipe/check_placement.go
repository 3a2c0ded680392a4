package cmekpipe

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

// checkWorkers checks the options of the worker pool.
func (c *checker) checkWorkers(cfg Config) {
	c.checkCounts(cfg)
	c.requirePlain("worker_machine_type", cfg.MachineType)
	c.requirePlain("min_cpu_platform", cfg.MinCPUPlatform)
	c.requirePlain("disk_type", cfg.DiskType)
	c.requireOneOf("autoscaling_algorithm", cfg.AutoscalingAlgorithm, texts(autoscalingAlgorithms())...)
	c.requireOneOf("teardown_policy", cfg.TeardownPolicy, texts(teardownPolicies())...)
	c.requireOneOf("flexrs_goal", cfg.FlexRSGoal, texts(flexRSGoals())...)
}

func (c *checker) checkCounts(cfg Config) {
	for _, count := range []struct {
		field string
		n     int64
	}{
		{"num_workers", cfg.NumWorkers}, {"max_num_workers", cfg.MaxNumWorkers},
		{"number_of_worker_harness_threads", cfg.WorkerHarnessThreads}, {"disk_size_gb", cfg.DiskSizeGB},
		{"disk_provisioned_iops", cfg.DiskProvisionedIOPS},
		{"disk_provisioned_throughput_mibps", cfg.DiskProvisionedThroughputMiBps},
	} {
		if count.n < 0 {
			c.add(InvalidOptions, count.field, "got "+strconv.FormatInt(count.n, 10)+", want 0 or more",
				"set "+count.field+" to 0 to let Dataflow choose")
		}
	}
	if cfg.MaxNumWorkers > 0 && cfg.NumWorkers > cfg.MaxNumWorkers {
		workers := strconv.FormatInt(cfg.NumWorkers, 10)
		c.add(InvalidOptions, "num_workers", "got "+workers+" workers, want at most "+
			strconv.FormatInt(cfg.MaxNumWorkers, 10)+", the value of max_num_workers", "set max_num_workers to "+workers)
	}
}

// checkPlacement requires workers in the job's region. A key in one region does not work elsewhere, and since Beam
// 2.44.0 Dataflow runs no workers elsewhere. Beam refuses to set more than one of the four.
func (c *checker) checkPlacement(cfg Config) {
	set := 0
	for _, place := range []string{cfg.WorkerRegion, cfg.WorkerZone, cfg.Zone} {
		if place != "" {
			set++
		}
	}
	c.checkRegion(optionRef{field: "worker_region"}, cfg.WorkerRegion)
	c.checkZone(optionRef{field: "worker_zone"}, cfg.WorkerZone)
	c.checkZone(optionRef{field: "zone"}, cfg.Zone)
	for _, item := range slices.Concat(cfg.Experiments, cfg.ServiceOptions) {
		name, _, _ := strings.Cut(item, "=")
		if name = NormalizeOptionName(name); name == "workerregion" || name == "workerzone" {
			set++
		}
	}
	if set > 1 {
		c.add(InvalidOptions, "worker_region, worker_zone, zone", "got "+strconv.Itoa(set)+
			" of them, including the worker_region experiment, want one at most", "leave all of them out, or set one")
	}
}

// checkRegion requires the key's region.
func (c *checker) checkRegion(o optionRef, region string) {
	if region == "" || region == c.region {
		return
	}
	closest, misspelt := location.ClosestRegion(region)
	hint := o.write(cmp.Or(c.keyRegion(), closest, "us-central1"))
	if f := checkLocation(region); f.reason != "" {
		c.add(InvalidName, o.field, f.reason, hint)
	} else if !location.IsRegion(region) {
		c.add(LocationMismatch, o.field, "got "+quote(region)+", want a single region", hint)
	} else if !location.Known(region) && misspelt {
		c.add(InvalidName, o.field, "got region "+region+": no such location is known, did you mean "+closest+"?", hint)
	} else if c.region != "" && region != c.region {
		c.add(LocationMismatch, o.field, "got region "+region+", want "+c.region+c.whyRegion(), c.moveHint(o, region))
	}
}

// keyRegion is the region of a good key; "" if there is none.
func (c *checker) keyRegion() string {
	if c.key.Valid() {
		return c.region
	}
	return ""
}

// whyRegion says where c.region comes from.
func (c *checker) whyRegion() string {
	if c.key.Valid() {
		return ", where the key is"
	}
	return ", the value of region"
}

// moveHint says how an option in another region is moved to the job's.
func (c *checker) moveHint(o optionRef, region string) string {
	switch NormalizeOptionName(o.name()) {
	case "region":
		return o.write(c.region) + " or " + o.leaveOut(region) + "; to run the job in " + region + ", use a key in " + region
	case "subnetwork":
		return "use a subnetwork in " + c.region + "; list them: gcloud compute networks subnets list --filter=region:" + c.region +
			c.projectFlag()
	}
	return o.leaveOut(region) + ": workers run in " + c.region
}

func (c *checker) projectFlag() string {
	if c.projectID == "" {
		return ""
	}
	return " --project=" + c.projectID
}

// checkZone requires a zone in the key's region.
func (c *checker) checkZone(o optionRef, zone string) {
	if zone == "" {
		return
	}
	region, ok := location.RegionOfZone(zone)
	list := "list the zones: gcloud compute zones list --filter=region:" + cmp.Or(c.region, "us-central1") + c.projectFlag()
	switch {
	case !ok:
		c.add(InvalidName, o.field, "got "+quote(zone)+", want a zone such as "+cmp.Or(c.region, "us-central1")+"-b",
			o.leaveOut(zone)+", or "+list)
	case zone != strings.ToLower(zone):
		c.add(InvalidName, o.field, "got zone "+quote(zone)+", want it in lower case", o.write(strings.ToLower(zone)))
	case c.region != "" && region != c.region:
		c.add(LocationMismatch, o.field, "got a zone of "+region+", want one of "+c.region+c.whyRegion(),
			o.leaveOut(zone)+", or use a zone of "+c.region+"; "+list)
	}
}

// checkSubnetwork requires a subnetwork in the key's region, in a form that Dataflow documents for field subnetwork of
// the API's WorkerPool: "regions/REGION/subnetworks/SUBNETWORK" or a complete URL that ends so. The scheme and the "www" of the URL may
// be missing: [Options] adds it.
func (c *checker) checkSubnetwork(o optionRef, name string) {
	if name == "" {
		return
	}
	parts := strings.Split(name, "/")
	last := parts[max(0, len(parts)-4):]
	ok := len(last) == 4 && last[0] == "regions" && last[1] != "" && last[2] == "subnetworks" && last[3] != "" &&
		isAll(last[3], isProjectChar)
	switch front := strings.Join(parts[:len(parts)-len(last)], "/"); {
	case ok && strings.HasPrefix(front, "projects/"):
		c.add(InvalidName, o.field, "got "+quote(name)+", want the complete URL of a subnetwork in another project",
			o.write("https://www.googleapis.com/compute/v1/"+name))
	case !ok || front != "" && !isGoogleURL(front):
		c.add(InvalidName, o.field, "got "+quote(name)+", want a subnetwork with its region",
			o.write("regions/"+cmp.Or(c.region, "REGION")+"/subnetworks/SUBNETWORK")+", or the complete URL that this prints: "+
				"gcloud compute networks subnets list --uri --filter=region:"+cmp.Or(c.region, "us-central1")+c.projectFlag())
	default:
		c.checkRegion(o, last[1])
	}
}
