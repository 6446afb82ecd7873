using VideoExpress.Jobs.Timeline;

namespace VideoExpress.Tests.Unit.Timeline;

public sealed class CaptionTextTests
{
    [Theory]
    [InlineData("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour")]
    [InlineData("  a\tb  \n\n\n c ", "a b\nc")]
    [InlineData("a\u0000b\u001bc\u0085d", "abc\nd")]
    [InlineData(" \n\t ", "")]
    [InlineData("👩‍🚀 “quotes”: it's 100%", "👩‍🚀 “quotes”: it's 100%")]
    public void Clean_KeepsWordsAndLines_AndDropsControls(string text, string clean) => Assert.Equal(clean, CaptionText.Clean(text));

    [Fact]
    public void Clean_ReplacesHalfASign() => Assert.Equal("\uFFFD broken", CaptionText.Clean("\uD83D broken"));

    [Theory]
    [InlineData("{\\pos(10,10)\\fs200}A", "\\{\\\u2060pos(10,10)\\\u2060fs200\\}A")]
    [InlineData("A\\NB\\hC", "A\\\u2060NB\\\u2060hC")]
    [InlineData("two\nlines, commas", "two\\Nlines, commas")]
    [InlineData("\\", "\\\u2060")]
    public void Inert_DisarmsEverySign_ThatLibassObeys(string text, string inert) => Assert.Equal(inert, CaptionText.Inert(text));

    [Fact]
    public void Inert_LeavesNoBackslashBeforeALetter_WhateverTheText()
    {
        var random = new Random(7);
        const string Alphabet = "\\{}Nnh\n ab&;";
        for (var round = 0; round < 2000; round++)
        {
            var text = new string([.. Enumerable.Range(0, 12).Select(_ => Alphabet[random.Next(Alphabet.Length)])]);
            var inert = CaptionText.Inert(text);
            for (var i = inert.IndexOf('\\', StringComparison.Ordinal); i >= 0; i = inert.IndexOf('\\', i + 1))
            {
                Assert.Contains(inert[i + 1], "{}N\u2060"); // N only where the text had a line break
            }

            Assert.Equal(text.Count(c => c == '\n'), inert.Split("\\N").Length - 1);
            Assert.DoesNotContain('\n', inert);
        }
    }

    [Fact]
    public void Wrap_LeavesLinesOfWords_ToTheRenderer() =>
        Assert.Equal("A long line of many short words", CaptionText.Wrap("A long line of many short words", 10));

    [Fact]
    public void Wrap_BreaksScriptsWithoutSpaces_EvenlyAndNotBeforeAStop()
    {
        var lines = CaptionText.Wrap("これは字幕のテストです。とても長い日本語の文章です。", 12).Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.All(lines, l => Assert.False(l.StartsWith('。')));
    }

    [Fact]
    public void Wrap_BreaksAWordThatIsLongerThanALine_BetweenWholeSigns()
    {
        var lines = CaptionText.Wrap("Donaudampfschifffahrt👩‍🚀👩‍🚀👩‍🚀👩‍🚀", 5).Split('\n');
        Assert.True(lines.Length > 2);
        Assert.Equal(4, lines.Sum(l => l.Split("👩‍🚀").Length - 1));
    }

    [Fact]
    public void Drawable_DropsWhatWouldBeAnEmptyBox() => Assert.Equal("👍❤ ok", CaptionText.Drawable("👍🏽❤\uFE0F ok"));
}
