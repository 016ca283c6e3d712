using System.Runtime.CompilerServices;

namespace Cairn.Engine.Primitives;

/// <summary>Several reads in flight, results in the order of the inputs.</summary>
static class ReadAhead
{
    /// <summary>
    /// When the consumer stops early, reads under way are cancelled and awaited, so nothing runs on behind its back.
    /// </summary>
    public static async IAsyncEnumerable<TResult> Run<TInput, TResult>(
        IAsyncEnumerable<TInput> inputs, int width, Func<TInput, CancellationToken, Task<TResult>> read,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var inFlight = new Queue<Task<TResult>>(width);
        await using var source = inputs.GetAsyncEnumerator(stop.Token);
        try
        {
            var hasMore = true;
            while (true)
            {
                while (hasMore && inFlight.Count < width)
                {
                    hasMore = await source.MoveNextAsync();
                    if (hasMore)
                        inFlight.Enqueue(read(source.Current, stop.Token));
                }
                if (inFlight.Count == 0)
                    yield break;
                yield return await inFlight.Dequeue();
            }
        }
        finally
        {
            stop.Cancel();
            foreach (var task in inFlight)
                await ((Task)task).ConfigureAwait(
                    ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }
}
