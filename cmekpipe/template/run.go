package template

import (
	"context"
	"encoding/json"
	"time"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/job"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/launch"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/jobs"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/session"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/watch"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// kind is what the two kinds of templates differ in.
type kind interface {
	// refused are the options for which a launch has no field.
	refused(*cmekpipe.Options) []option
	// places are where Dataflow writes without naming a key.
	places(*cmekpipe.Options) []string
	// inspect compares the stored template with the key, and returns further such places.
	inspect(l *launcher, stored fields) (places []string, err error)
	// start creates a job, or with validateOnly none. It is called once for every attempt.
	start(ctx context.Context, l *launcher, a *attempt, validateOnly bool) (*api.Job, error)
	// launches reports whether a program of the template's creates the job.
	launches() bool
}

// launcher is one launch.
type launcher struct {
	Request
	op     string
	kind   kind
	opts   *cmekpipe.Options
	object cmekpipe.Object // the template
	// generation of the template that was inspected, and its text as a part of the request, if it can be one.
	generation int64
	inline     *api.ContainerSpec
	services   *session.Services
	result     *launch.Result
}

// attempt is a job that is requested.
type attempt struct{ name, request, replaces string }

// run performs every check that needs no call before the first call, and every call that changes nothing before the one
// that creates the job.
func run(ctx context.Context, op string, k kind, opts *cmekpipe.Options, r Request, options []Option) (*launch.Result, error) {
	l := &launcher{Request: r, op: op, kind: k, opts: opts, result: &launch.Result{}}
	if err := l.check(ctx); err != nil {
		return l.result, err
	}
	settings := newSettings(ctx, options)
	if err := settings.CheckWaivers(op); err != nil {
		return l.result, err
	}
	var err error
	if l.services, err = session.Connect(ctx, op, opts, settings); err != nil {
		return l.result, err
	}
	defer l.services.Storage.Close() //nolint:errcheck // every upload was closed and checked
	text, err := l.prepare(ctx)
	if err != nil {
		return l.result, err
	}
	if opts.DryRun() {
		return l.result, l.validate(ctx)
	}
	l.result.Template = l.Template
	return l.result, l.launch(ctx, text)
}

// launch creates the job and, unless the options say Async, follows it to its end.
func (l *launcher) launch(ctx context.Context, text []byte) (err error) {
	s := session.New(l.services, func(o *job.Orphan) { l.result.Orphans = append(l.result.Orphans, *o) })
	defer func() { err = s.Finish(ctx, l.result.Job, err) }()
	if err := l.submit(ctx, s, text); err != nil || l.opts.Async() {
		return err
	}
	return watch.Follow(ctx, l.services.Settings, l.services.Jobs, l.result.Job)
}

// check refuses what needs no call to be refused.
func (l *launcher) check(ctx context.Context) error {
	if err := checkOptions(l.op, l.opts, l.kind.refused); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	var err error
	if l.object, err = objectAt(l.op, l.opts, l.Template); err != nil {
		return err
	}
	if err := session.CheckEnvironment(l.op); err != nil {
		return err
	}
	if err := session.CheckLabels(l.op, l.opts); err != nil {
		return err
	}
	return l.checkGiven()
}

// prepare checks buckets and template. It returns the template's text.
func (l *launcher) prepare(ctx context.Context) ([]byte, error) {
	if err := l.services.KeyedBuckets(ctx, l.kind.places(l.opts)...); err != nil {
		return nil, err
	}
	temp, staging := l.opts.TempLocation().String(), l.opts.StagingLocation().String()
	if err := l.services.Buckets(ctx, staging); err != nil {
		return nil, err
	}
	if err := l.services.CheckEnforcement(ctx, false, temp, staging); err != nil {
		return nil, err
	}
	text, err := l.read(ctx)
	if err != nil {
		return nil, err
	}
	var stored fields
	if err := json.Unmarshal(text, &stored); err != nil {
		return nil, l.refuse(cmekpipe.InvalidOptions, "got something that is no template: no JSON object",
			"stage the template again, with launch.Run or template.WriteSpec")
	}
	places, err := l.kind.inspect(l, stored)
	if err != nil {
		return nil, err
	}
	if l.kind.launches() {
		l.inline = specification(text)
	}
	return text, l.services.KeyedBuckets(ctx, places...)
}

// validate has Dataflow check the launch. It creates no job.
func (l *launcher) validate(ctx context.Context) error {
	a, err := l.attempt(ctx)
	if err != nil {
		return err
	}
	defer l.services.Progress.Step("asking Dataflow to validate template " + l.Template)()
	err = retry.Do(ctx, l.services.Pace.Policy, func(ctx context.Context) error {
		_, err := l.kind.start(ctx, l, a, true)
		return err
	})
	return l.wrap(ctx, l.Template, err)
}

// attempt names the job, and the one that it is to replace.
func (l *launcher) attempt(ctx context.Context) (*attempt, error) {
	a := &attempt{name: session.JobName(l.opts), request: session.RequestID()}
	if !l.opts.Update() {
		return a, nil
	}
	job, err := l.services.Replaceable(ctx, a.name)
	if err != nil {
		return nil, err
	}
	a.replaces = job.Id
	return a, nil
}

// submit leaves a job running that is encrypted with the key, or none. Until one of the two is certain, a record tells the
// next launch to check.
func (l *launcher) submit(ctx context.Context, s *session.Session, text []byte) error {
	if err := s.CheckEarlier(ctx); err != nil {
		return err
	}
	a, err := l.attempt(ctx)
	if err != nil {
		return err
	}
	mine := s.Record()
	mine.Name, mine.Request, mine.Replaces, mine.Launcher = a.name, a.request, a.replaces, l.kind.launches()
	mine.Pipeline = l.hash(text)
	made, err := s.Submit(ctx, mine, func(ctx context.Context, recorded time.Time) (jobs.Submission, error) {
		call := l.call(a)
		call.Request.Recorded = recorded
		made, err := l.services.Jobs.SubmitWith(ctx, call)
		if err != nil {
			return made, err
		}
		return l.unchanged(ctx, made)
	})
	if err != nil {
		return err
	}
	l.result.Job = made
	l.services.Progress.Say("job %s was created from %s and is encrypted with %s: %s", made.ID, l.Template, made.Key, made.ConsoleURL())
	return nil
}

// call is the launch as a call that creates one job.
func (l *launcher) call(a *attempt) jobs.Call {
	return jobs.Call{
		Request: jobs.Request{ID: a.request, Name: a.name, Launcher: l.kind.launches()},
		Job: &api.Job{Name: a.name, ReplaceJobId: a.replaces,
			Environment: &api.Environment{TempStoragePrefix: l.opts.TempLocation().String()}},
		Send: func(ctx context.Context) (*api.Job, error) {
			job, err := l.kind.start(ctx, l, a, false)
			return job, l.discreet(err)
		},
		Once: true,
	}
}

// checkOptions refuses options that a launch of a template does not accept. None is ignored.
func checkOptions(op string, opts *cmekpipe.Options, refused func(*cmekpipe.Options) []option) error {
	if err := session.CheckOptions(op, opts); err != nil {
		return err
	}
	if runner := opts.Runner(); runner != cmekpipe.RunnerDataflow {
		return session.Refuse(op, cmekpipe.InvalidOptions, "runner", "got "+string(runner)+", want dataflow, the only runner with templates",
			"set runner to dataflow")
	}
	for _, o := range refused(opts) {
		if o.set {
			return session.Refuse(op, cmekpipe.Unsupported, o.flag, "got an option that no launch of a template has a field for",
				"leave out "+o.flag+" here, and stage the template again with it")
		}
	}
	return nil
}
