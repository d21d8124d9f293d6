using System.Collections.Concurrent;

namespace HpdCds.Store;

/// <summary>
/// Where work goes on that may wait for a disk. The thread pool of a service with one processor has about one thread: whoever
/// holds that up holds up every answer.
/// </summary>
internal sealed class OwnThread : TaskScheduler, IDisposable
{
    private readonly BlockingCollection<Task> _work = [];

    public OwnThread(string name) => new Thread(Work) { IsBackground = true, Name = name }.Start();

    /// <summary>Runs work, and whatever follows in it, here.</summary>
    public static async Task RunAsync(string name, Func<Task> work)
    {
        using var thread = new OwnThread(name);
        await Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.None, thread).Unwrap();
    }

    public void Dispose() => _work.CompleteAdding();

    protected override void QueueTask(Task task) => _work.Add(task);

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    protected override IEnumerable<Task> GetScheduledTasks() => [.. _work];

    private void Work()
    {
        foreach (var task in _work.GetConsumingEnumerable())
            TryExecuteTask(task);
        _work.Dispose();
    }
}
