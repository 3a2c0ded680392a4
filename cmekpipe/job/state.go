package job

import "slices"

// State is the state of a job, as Dataflow spells it. Source: field currentState of the Dataflow API's Job.
type State string

// The states of a job.
const (
	Stopped            State = "JOB_STATE_STOPPED"
	Running            State = "JOB_STATE_RUNNING"
	Done               State = "JOB_STATE_DONE"
	Failed             State = "JOB_STATE_FAILED"
	Cancelled          State = "JOB_STATE_CANCELLED"
	Updated            State = "JOB_STATE_UPDATED"
	Draining           State = "JOB_STATE_DRAINING"
	Drained            State = "JOB_STATE_DRAINED"
	Pending            State = "JOB_STATE_PENDING"
	Cancelling         State = "JOB_STATE_CANCELLING"
	Queued             State = "JOB_STATE_QUEUED"
	ResourceCleaningUp State = "JOB_STATE_RESOURCE_CLEANING_UP"
)

// Ended reports whether a job never leaves the state.
func (s State) Ended() bool {
	return slices.Contains([]State{Done, Failed, Cancelled, Updated, Drained}, s)
}
