using System.Net;
using RestSharp.Interceptors;

namespace VideoExpress.Jobs.Gpu;

/// <summary>
/// Remembers whether the first byte of a request's body may have left. Before that (name, connection, TLS, their time-outs) the other side
/// cannot have accepted anything; after it, only an answer tells.
/// </summary>
internal sealed class SendMark : Interceptor
{
    private volatile bool _hasBegun;

    public bool HasBegun => _hasBegun;

    public override ValueTask BeforeHttpRequest(HttpRequestMessage requestMessage, CancellationToken cancellationToken)
    {
        requestMessage.Content = new MarkedContent(requestMessage.Content!, this);
        return ValueTask.CompletedTask;
    }

    private sealed class MarkedContent : HttpContent
    {
        private readonly HttpContent _content;
        private readonly SendMark _mark;

        public MarkedContent(HttpContent content, SendMark mark)
        {
            (_content, _mark) = (content, mark);
            foreach (var (name, values) in content.Headers.NonValidated)
            {
                Headers.TryAddWithoutValidation(name, values);
            }
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            _mark._hasBegun = true;
            return _content.CopyToAsync(stream, context, cancellationToken);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _content.Headers.ContentLength ?? 0;
            return _content.Headers.ContentLength is not null;
        }
    }
}
