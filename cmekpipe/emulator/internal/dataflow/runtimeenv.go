package dataflow

import (
	"maps"
	"strings"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// applyRuntime applies the environment of a launch to the job of a classic template. Without a key in the launch the
// job has none, unless a test sets StoredKeyWins.
func (s *Server) applyRuntime(job *api.Job, e *api.RuntimeEnvironment) error {
	if e == nil {
		e = &api.RuntimeEnvironment{}
	}
	if err := checkFolders(e.TempLocation); err != nil {
		return err
	}
	to := job.Environment
	if stored := to.ServiceKmsKeyName; !s.set.storedKey || stored == "" {
		to.ServiceKmsKeyName = e.KmsKeyName
	}
	override(&to.TempStoragePrefix, e.TempLocation)
	override(&to.ServiceAccountEmail, e.ServiceAccountEmail)
	override(&to.StreamingMode, e.StreamingMode)
	override(&to.WorkerRegion, e.WorkerRegion)
	override(&to.WorkerZone, e.WorkerZone)
	to.Experiments = append(to.Experiments, e.AdditionalExperiments...)
	if e.EnableStreamingEngine {
		to.Experiments = append(to.Experiments, "enable_streaming_engine")
	}
	pool := firstPool(to)
	override(&pool.Zone, e.Zone)
	override(&pool.Network, e.Network)
	override(&pool.Subnetwork, e.Subnetwork)
	override(&pool.MachineType, e.MachineType)
	override(&pool.IpConfiguration, e.IpConfiguration)
	override(&pool.NumWorkers, e.NumWorkers)
	override(&pool.DiskSizeGb, e.DiskSizeGb)
	override(&pool.AutoscalingSettings.MaxNumWorkers, e.MaxWorkers)
	addLabels(job, e.AdditionalUserLabels)
	return nil
}

// override sets a value to the given one unless that is zero.
func override[T comparable](value *T, given T) {
	var none T
	if given != none {
		*value = given
	}
}

// firstPool returns the worker pool that options of a launch apply to.
func firstPool(e *api.Environment) *api.WorkerPool {
	if len(e.WorkerPools) == 0 {
		e.WorkerPools = []*api.WorkerPool{{Kind: "harness"}}
	}
	pool := e.WorkerPools[0]
	if pool.AutoscalingSettings == nil {
		pool.AutoscalingSettings = &api.AutoscalingSettings{}
	}
	return pool
}

func addLabels(job *api.Job, labels map[string]string) {
	if len(labels) == 0 {
		return
	}
	if job.Labels == nil {
		job.Labels = make(map[string]string)
	}
	maps.Copy(job.Labels, labels)
}

// checkFolders refuses folders that are no Cloud Storage URLs.
func checkFolders(urls ...string) error {
	for _, url := range urls {
		if rest, ok := strings.CutPrefix(url, "gs://"); url != "" && (!ok || strings.Trim(rest, "/") == "") {
			return core.BadRequest("got " + url + ", want a Cloud Storage URL, beginning with gs://")
		}
	}
	return nil
}
