namespace VideoExpress.Web.Commands;

/// <summary>A command cannot do its work; the message says what to mend.</summary>
internal sealed class CommandException(string message, Exception? innerException = null) : Exception(message, innerException);
