using System.Reflection;
using Hangfire.States;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Types;
using VideoExpress.Storage.SQLite;
using BackgroundJob = Hangfire.Common.Job;

namespace VideoExpress.Jobs.Chain;

/// <summary>Makes the background jobs of a chain inside a unit of work.</summary>
internal static class ChainBuilder
{
    /// <summary>The states of a step that is still to be run, or may be run again.</summary>
    private static readonly string[] Unfinished =
    [
        EnqueuedState.StateName, ProcessingState.StateName, ScheduledState.StateName, AwaitingState.StateName, FailedState.StateName,
    ];

    private static readonly MethodInfo Entry = typeof(Step).GetMethod(nameof(Step.RunAsync))!;

    /// <summary>Makes the steps of <paramref name="job"/> from <paramref name="first"/> on; the first of them starts at once.</summary>
    public static void BuildChain(this SQLiteUnitOfWork unitOfWork, Job job, int first = 0)
    {
        var links = JobType.Of(job).Chain.Links;
        string? parent = null;
        for (var ordinal = first; ordinal < links.Count; ordinal++)
        {
            var step = Background(links[ordinal].StepType, job.Id);
            parent = parent is null ? unitOfWork.Create(step, new EnqueuedState()) : unitOfWork.ContinueWith(parent, step);
            ((Db)unitOfWork).SetStep(job.Id, ordinal, links[ordinal].Name, parent);
        }
    }

    /// <summary>Deletes what is left of the chain of <paramref name="jobId"/>: its current step, and with it those that wait for it.</summary>
    public static void DeleteChain(this SQLiteUnitOfWork unitOfWork, Guid jobId, string reason)
    {
        Db db = unitOfWork;
        var current = db.FindJob(jobId)?.Step;
        if (db.StepsOf(jobId).Find(step => step.Ordinal == current) is { } step)
        {
            unitOfWork.ChangeState(step.HangfireId, new DeletedState { Reason = reason }, Unfinished);
        }
    }

    /// <summary>Makes the step that tells the provider that <paramref name="jobId"/> is cancelled.</summary>
    public static void BuildCancel(this SQLiteUnitOfWork unitOfWork, Guid jobId)
    {
        var hangfireId = unitOfWork.Create(Background(typeof(CancelStep), jobId), new EnqueuedState());
        ((Db)unitOfWork).SetStep(jobId, StepTable.CancelOrdinal, ChainLink.NameOf(typeof(CancelStep)), hangfireId);
    }

    /// <summary>Makes that step if a provider has a request of <paramref name="jobId"/> that nobody waits for.</summary>
    public static void CancelStrays(this SQLiteUnitOfWork unitOfWork, Guid jobId)
    {
        if (((Db)unitOfWork).StrayAttempts(jobId).Count > 0)
        {
            unitOfWork.BuildCancel(jobId);
        }
    }

    private static BackgroundJob Background(Type stepType, Guid jobId) => new(stepType, Entry, jobId, null, CancellationToken.None);
}
