package cmekpipe

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

// workers holds what makes no sense for a pool of workers.
func (c *checker) workers(cfg Config) {
	c.counts(cfg)
	c.plain("worker_machine_type", cfg.MachineType)
	c.plain("min_cpu_platform", cfg.MinCPUPlatform)
	c.plain("disk_type", cfg.DiskType)
	c.oneOf("autoscaling_algorithm", cfg.AutoscalingAlgorithm, "NONE", "THROUGHPUT_BASED")
	c.oneOf("teardown_policy", cfg.TeardownPolicy, "TEARDOWN_ALWAYS", "TEARDOWN_ON_SUCCESS", "TEARDOWN_NEVER")
	c.oneOf("flexrs_goal", cfg.FlexRSGoal, "FLEXRS_UNSPECIFIED", "FLEXRS_SPEED_OPTIMIZED", "FLEXRS_COST_OPTIMIZED")
}

func (c *checker) counts(cfg Config) {
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
				"use 0 to leave the choice to Dataflow")
		}
	}
	if cfg.MaxNumWorkers > 0 && cfg.NumWorkers > cfg.MaxNumWorkers {
		c.add(InvalidOptions, "num_workers", "got "+strconv.FormatInt(cfg.NumWorkers, 10)+" workers, want at most "+
			strconv.FormatInt(cfg.MaxNumWorkers, 10)+", as max_num_workers says", "raise max_num_workers")
	}
}

// placement keeps the workers in the job's region: overriding it is what breaks a regional key, and from Beam 2.44.0
// on Dataflow runs no workers elsewhere. Beam refuses to set more than one of the four.
func (c *checker) placement(cfg Config) {
	set := 0
	for _, place := range []string{cfg.WorkerRegion, cfg.WorkerZone, cfg.Zone} {
		if place != "" {
			set++
		}
	}
	c.regionIs("worker_region", cfg.WorkerRegion)
	c.zoneIn("worker_zone", cfg.WorkerZone)
	c.zoneIn("zone", cfg.Zone)
	for _, item := range slices.Concat(cfg.Experiments, cfg.ServiceOptions) {
		if name, _, _ := strings.Cut(item, "="); spelling(name) == "workerregion" || spelling(name) == "workerzone" {
			set++
		}
	}
	if set > 1 {
		c.add(InvalidOptions, "worker_region, worker_zone, zone", "got "+strconv.Itoa(set)+
			" of them, the worker_region experiment included, want one at most", "set one, or better none")
	}
}

// regionIs holds a region against the key's.
func (c *checker) regionIs(field, region string) {
	if region == "" || region == c.region {
		return
	}
	hint := "use one such as " + cmp.Or(c.region, "us-central1")
	if f := checkLocation(region); f.reason != "" {
		f = f.or(hint)
		c.add(InvalidName, field, f.reason, f.hint)
	} else if !location.IsRegion(region) {
		c.add(LocationMismatch, field, "got "+quote(region)+", want a single region", hint)
	} else if c.region != "" {
		c.add(LocationMismatch, field, "got region "+region+", want "+c.region+", where the key is",
			"leave it out, or name a key in "+region)
	}
}

func (c *checker) zoneIn(field, zone string) {
	if zone == "" {
		return
	}
	region, ok := location.RegionOfZone(zone)
	switch {
	case !ok:
		c.add(InvalidName, field, "got "+quote(zone)+", want a zone", "use one such as "+cmp.Or(c.region, "us-central1")+"-b")
	case zone != strings.ToLower(zone):
		c.add(InvalidName, field, "got zone "+quote(zone)+", want it in lower case", "write "+strings.ToLower(zone))
	case c.region != "" && region != c.region:
		c.add(LocationMismatch, field, "got a zone of "+region+", want one of "+c.region+", where the key is",
			"leave it out, or name a zone of "+c.region)
	}
}

// subnetwork follows field subnetwork of the Dataflow API's WorkerPool: "regions/REGION/subnetworks/SUBNETWORK" or a
// complete URL that ends so.
func (c *checker) subnetwork(field, name string) {
	if name == "" {
		return
	}
	parts := strings.Split(name, "/")
	if n := len(parts); n > 4 && strings.HasPrefix(name, "https://") {
		parts = parts[n-4:]
	}
	ok := len(parts) == 4 && parts[0] == "regions" && parts[2] == "subnetworks"
	if !ok || parts[1] == "" || parts[3] == "" || !isAll(parts[3], isProjectChar) {
		c.add(InvalidName, field, "got "+quote(name)+", want a subnetwork with its region",
			"use regions/REGION/subnetworks/SUBNETWORK or the complete URL")
		return
	}
	c.regionIs(field, parts[1])
}
