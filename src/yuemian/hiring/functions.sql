-- A send moves the stage of thousands of applications that lie side by side: with room for a second version of each row
-- on its page, none of the six indexes is written.
ALTER TABLE hiring_application SET (fillfactor = 50);
