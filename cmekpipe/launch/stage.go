package launch

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"

	"cloud.google.com/go/storage"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime/graphx"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/util/protox"
	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"
	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/plan"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/shared"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/canonical"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/crosslang"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/session"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/staging"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/translation"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/workerbuild"
)

// stagedJob is a job and the files that it needs, which have their names in the staging bucket but were not sent yet.
type stagedJob struct {
	request    *api.Job
	area       staging.Area // without a client
	worker     *os.File
	remove     func() // removes a worker that was built here
	model      []byte // holds the pipeline's constants; never printed
	workerFile *staging.File
	modelFile  *staging.File
	others     *crosslang.Staged // the files of other SDKs
	identity   string            // hash of what runs, the same on every day
}

// stage builds the worker if there is none, names the files, creates the request of the job, and completes the plan. It
// sends nothing, and calls no service except, if it may resolve files of other SDKs, the expansion services that have them.
func (l *launch) stage(ctx context.Context, t *translation.Translation, resolve bool) (*stagedJob, error) {
	path, remove, err := workerbuild.Find(ctx, l.op, l.opts, l.Progress)
	if err != nil {
		return nil, err
	}
	if named := l.opts.Environment().WorkerBinary; named != "" && len(shared.EmulatorVariables()) == 0 {
		// Jobs on the loopback cloud are not executed, and tests name any file.
		if err := workerbuild.CheckProgram(l.op, named, l.opts.Workers().MachineType); err != nil {
			return nil, err
		}
	}
	j := &stagedJob{area: session.StagingOf(l.op, l.opts, l.Settings, nil), remove: remove}
	if j.worker, err = os.Open(path); err != nil {
		remove()
		return nil, &cmekpipe.Error{Op: l.op, Code: cmekpipe.NotFound, Resource: path, Hint: "build it again: GOOS=linux CGO_ENABLED=0 go build -o " + path, Err: err}
	}
	if j.others, err = crosslang.Stage(ctx, &j.area, t.OtherSDKs, resolve, l.Waived(rule.UnverifiedExpansion) != ""); err == nil {
		err = l.name(ctx, t, j)
	}
	if err != nil {
		j.close()
		return nil, err
	}
	l.completePlan(t, j, resolve)
	return j, nil
}

// name gives the files names that contain their hashes. The model refers to the worker, and the job to both.
func (l *launch) name(ctx context.Context, t *translation.Translation, j *stagedJob) (err error) {
	if l.opts.Environment().WorkerBinary != "" {
		j.workerFile, err = j.area.NameFile("worker", j.worker) // a worker that was built is another file each time
	} else {
		j.workerFile, err = j.area.Name("worker", j.worker)
	}
	if err != nil {
		return err
	}
	if j.identity, err = identify(t, j); err != nil {
		return l.runnerError(err)
	}
	payload := protox.MustEncode(&pipepb.ArtifactUrlPayload{Url: j.workerFile.URL, Sha256: j.workerFile.Hash})
	if err := graphx.UpdateDefaultEnvWorkerType(graphx.URNArtifactURLType, payload, t.Model); err != nil {
		return l.runnerError(err)
	}
	j.others.SetDependencies(t.Model)
	if j.model, err = canonical.Encode(t.Model); err != nil {
		return l.runnerError(err)
	}
	if j.modelFile, err = j.area.Name("model", bytes.NewReader(j.model)); err != nil {
		return err
	}
	if j.request, err = t.Job(ctx, j.workerFile, j.modelFile, j.others); err != nil {
		return l.runnerError(err)
	}
	return nil
}

// identify returns a hash of the pipeline, its files and the program's own options. The model that is staged would not do: it
// names the files, whose names contain the day.
func identify(t *translation.Translation, j *stagedJob) (string, error) {
	model, err := canonical.Encode(t.Model)
	if err != nil {
		return "", err
	}
	options, err := json.Marshal(t.WorkerOptions())
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	for _, part := range [][]byte{model, options} {
		hash := sha256.Sum256(part)
		sum.Write(hash[:])
	}
	for _, f := range append([]*staging.File{j.workerFile}, j.others.Files...) {
		io.WriteString(sum, f.Hash) //nolint:errcheck // a hash accepts all
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// completePlan adds what is known when the files have their names. Unresolved files have none, nor has the model that would
// refer to them.
func (l *launch) completePlan(t *translation.Translation, j *stagedJob, resolved bool) {
	p := l.result.Plan
	p.SetRequest(j.request)
	p.SetGraph(len(j.model), graphParts(t.Model))
	files := []*staging.File{j.workerFile, j.modelFile}
	for _, e := range t.OtherSDKs {
		if e.Unresolved() && !resolved {
			p.Unresolved = append(p.Unresolved, plan.UnresolvedFiles{Environment: e.ID, Service: e.Service, Names: e.FileNames()})
		}
	}
	if reason := l.Waived(rule.UnverifiedExpansion); reason != "" && len(t.OtherSDKs) > 0 {
		p.Findings = append(p.Findings, rule.Finding{Rule: rule.UnverifiedExpansion, Resource: "environment " + t.OtherSDKs[0].ID,
			Detail: "files of other SDKs are accepted from any machine, and without a SHA-256; waived: " + reason})
	}
	if len(p.Unresolved) > 0 {
		files, p.Request = files[:1], nil
	}
	for _, f := range append(files, j.others.Files...) {
		p.Staged = append(p.Staged, plan.StagedFile{URL: f.URL, SHA256: f.Hash, Size: f.Size, Key: f.Key})
	}
}

// graphParts returns the transforms of a model with the bytes of their payloads.
func graphParts(model *pipepb.Pipeline) (parts []plan.Part) {
	for _, t := range model.GetComponents().GetTransforms() {
		parts = append(parts, plan.Part{Transform: t.GetUniqueName(), Bytes: len(t.GetSpec().GetPayload())})
	}
	return parts
}

// send sends the files to the staging bucket, encrypted with the key.
func (j *stagedJob) send(ctx context.Context, client *storage.Client) error {
	area := j.area
	area.Client = client
	if err := j.others.Upload(ctx, &area); err != nil {
		return err
	}
	if err := area.Send(ctx, j.workerFile, j.worker); err != nil {
		return err
	}
	return area.Send(ctx, j.modelFile, bytes.NewReader(j.model))
}

// close removes the files that were created on this machine.
func (j *stagedJob) close() {
	j.worker.Close() //nolint:errcheck // it was only read
	j.remove()
	if j.others != nil {
		j.others.Close()
	}
}
