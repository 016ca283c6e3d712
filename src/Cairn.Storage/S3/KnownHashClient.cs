using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.S3;
using Amazon.S3.Model;

namespace Cairn.Storage.S3;

/// <summary>
/// The SDK's client, which signs a body under the SHA-256 that its request names as checksum, rather than read all of
/// it once more for the same hash. A wrong one is a request that the server refuses.
/// </summary>
sealed class KnownHashClient(AWSCredentials credentials, AmazonS3Config configuration)
    : AmazonS3Client(credentials, configuration)
{
    protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
    {
        base.CustomizeRuntimePipeline(pipeline);
        pipeline.AddHandlerBefore<Signer>(new KnownHash());
    }

    sealed class KnownHash : PipelineHandler
    {
        public override void InvokeSync(IExecutionContext executionContext)
        {
            Tell(executionContext.RequestContext);
            base.InvokeSync(executionContext);
        }

        public override Task<T> InvokeAsync<T>(IExecutionContext executionContext)
        {
            Tell(executionContext.RequestContext);
            return base.InvokeAsync<T>(executionContext);
        }

        static void Tell(IRequestContext context)
        {
            if (context.OriginalRequest is PutObjectRequest { ChecksumSHA256: { } checksum })
                context.Request.PrecomputedContentSha256 = Convert.ToHexStringLower(Convert.FromBase64String(checksum));
        }
    }
}
