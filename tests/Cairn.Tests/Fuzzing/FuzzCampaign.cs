using System.Numerics;
using System.Text.RegularExpressions;
using Cairn.Engine.Formats;
using Cairn.Engine.Repositories;
using Cairn.Testing;
using Cairn.Tests.Fuzzing.Interop;

namespace Cairn.Tests.Fuzzing;

/// <summary>
/// Feeds a decoder with its seeds, and then with mutations of them. Inputs to which it answers in a new way are mutated
/// further. Input n of a seed is the same on every machine, whatever the time left for it.
/// </summary>
sealed partial class FuzzCampaign(FuzzTarget target, ulong seed)
{
    static readonly TimeSpan TimePerInput = TimeSpan.FromSeconds(1);
    const int FoundMax = 512;

    readonly SeededRandom _random = new(seed);
    readonly List<byte[]> _pool = [.. target.Seeds];
    readonly HashSet<string> _answers = [];
    readonly List<(string Answer, byte[] Input)> _found = [];

    long _inputs;

    /// <summary>How many were tried; any thread may look.</summary>
    public long Inputs => Interlocked.Read(ref _inputs);

    public long Accepted { get; private set; }

    public IReadOnlyCollection<string> Answers => _answers;

    /// <summary>Mutations that made the decoder answer in a way that no seed did.</summary>
    public IReadOnlyList<(string Answer, byte[] Input)> Found => _found;

    /// <summary>What was tried last: what to look at if that never ends.</summary>
    public byte[] Current { get; private set; } = [];

    /// <summary>Throws at the first input with which the decoder does what it must not.</summary>
    public void Run(Func<long, bool> goesOn)
    {
        // What is made once and kept, as the record library's tables, is not the cost of an input.
        WarmUp();
        foreach (var input in target.Seeds)
            Try(input);
        var mutator = new Mutator(_random);
        while (goesOn(Inputs))
        {
            var input = mutator.Mutate(Draw(), Draw);
            if (Try(input) is { } answer && _found.Count < FoundMax)
            {
                _found.Add((answer, input));
                _pool.Add(input);
            }
        }
    }

    void WarmUp()
    {
        foreach (var input in target.Seeds)
        {
            try
            {
                target.Decode(target.Wrap(input));
            }
            catch (Exception e) when (target.Allows(e))
            {
                // It is judged when it is tried.
            }
        }
    }

    /// <summary>Returns the answer if it is a new one.</summary>
    string? Try(byte[] input)
    {
        Current = input;
        Interlocked.Increment(ref _inputs);
        try
        {
            var answer = Answer(input);
            return _answers.Add(answer) ? answer : null;
        }
        catch (Exception e) when (e is not FuzzException)
        {
            throw new FuzzException(Describe($"it throws {e.GetType().Name}: {e.Message}"), e);
        }
    }

    string Answer(byte[] input)
    {
        var wrapped = target.Wrap(input);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var start = ThreadTime.Now;
        Func<byte[]>? encode = null;
        string? refusal = null;
        try
        {
            encode = target.Decode(wrapped);
        }
        catch (Exception e) when (target.Allows(e))
        {
            refusal = $"{KindOf(e)}: {Particulars().Replace(e.Message, "#")}";
        }
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        var time = ThreadTime.Now - start;
        Require(time < TimePerInput, $"it takes {time}");
        Require(
            allocated <= target.AllocationBase + (long)target.AllocationPerByte * wrapped.Length,
            $"it allocates {allocated} bytes for an input of {wrapped.Length}");
        if (refusal is not null)
            return refusal;
        Accepted++;
        if (encode is not null)
            Require(encode().AsSpan().SequenceEqual(input), "it accepts another encoding than the one there is");
        return $"accepted: {BitOperations.Log2((uint)input.Length + 1)}";
    }

    void Require(bool condition, string what)
    {
        if (!condition)
            throw new FuzzException(Describe(what), inner: null);
    }

    public string Describe(string what) =>
        $"{target.Name}, seed {seed}, input {Inputs}: {what}\n{Convert.ToHexStringLower(Current)}";

    byte[] Draw() => _pool[_random.NextInt(_pool.Count)];

    static string KindOf(Exception exception) => exception switch
    {
        FormatViolationException e => e.Kind.ToString(),
        DamagedObjectException e => e.Kind.ToString(),
        _ => exception.GetType().Name,
    };

    /// <summary>Numbers, ids and quoted texts do not make another answer.</summary>
    [GeneratedRegex("""["'].*["']|\b[0-9a-f]*[0-9][0-9a-f]*\b""", RegexOptions.Singleline)]
    private static partial Regex Particulars();
}

/// <summary>A decoder did what it must not; the message has the input.</summary>
sealed class FuzzException(string message, Exception? inner) : Exception(message, inner);
