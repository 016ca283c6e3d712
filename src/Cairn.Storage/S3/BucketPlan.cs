using Cairn.Engine.Storage;

namespace Cairn.Storage.S3;

/// <summary>What the bucket of a new repository is to be like.</summary>
public sealed record BucketPlan
{
    /// <summary>
    /// The bucket's default retention, which locks every new object by the store's own clock; null for none. Counted in
    /// whole days, at least one.
    /// </summary>
    public ObjectLock? Lock { get; init; }
}

public enum StepOutcome
{
    /// <summary>It was done, or was so already.</summary>
    Done,
    /// <summary>The server does not know it, or does not allow it. The repository works without.</summary>
    NotDone,
}

/// <summary>One thing that was to be set up in a bucket, and how it went.</summary>
/// <param name="Message">For a person: what is so now, or why not and what follows.</param>
public sealed record BucketStep(string Name, StepOutcome Outcome, string Message);

/// <param name="WasCreated">False if the bucket was there and was adopted as it is.</param>
/// <param name="DefaultLock">The retention that the bucket gives every new object; null for none.</param>
public sealed record BucketReport(bool WasCreated, ObjectLock? DefaultLock, IReadOnlyList<BucketStep> Steps);
